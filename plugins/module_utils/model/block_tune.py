# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm gets of the block devices of its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _weight(via: str | None, apply: Apply) -> Field:
    return Field(
        "weight",
        "Weight against other vms, from V(100) to V(1000).",
        type="int",
        at="weight",
        codec=codec.INT,
        check=limits.weight,
        apply=apply,
        via=via,
    )


def _operations(name: str, doc: str, at: str) -> Field:
    return Field(
        name, doc, type="int", at=at, codec=codec.INT, check=names.not_negative, apply=Apply.RESTART
    )


def _size(name: str, doc: str, at: str) -> Field:
    return Field(name, doc, at=at, codec=codec.BYTES, apply=Apply.RESTART)


_DEVICE = Schema(
    name="block_device",
    doc="What the vm gets of one block device.",
    key="path",
    fields=(
        ITEM_STATE,
        Field(
            "path",
            "Path of the block device on the node.",
            at="path",
            check=names.path,
            required=True,
            apply=Apply.RESTART,
        ),
        _weight(None, Apply.RESTART),
        _operations("read_iops", "Most reads in a second.", "read_iops_sec"),
        _operations("write_iops", "Most writes in a second.", "write_iops_sec"),
        _size("read_bytes", "Most that is read in a second.", "read_bytes_sec"),
        _size("write_bytes", "Most that is written in a second.", "write_bytes_sec"),
    ),
)

BLOCK_TUNE = Schema(
    name="block_tune",
    doc="What the vm gets of the block devices of the node. It needs the block controller of the "
    "node's cgroups.",
    fields=(
        _weight("block_weight:weight", Apply.LIVE),
        Field("devices", _DEVICE.doc, at="device", of=_DEVICE, many=True, apply=Apply.RESTART),
    ),
)
