# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm gets of the block devices of its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _weight(via: str) -> Field:
    return Field(
        "weight",
        "Weight against other vms, from V(100) to V(1000).",
        type="int",
        at="weight",
        codec=codec.INT,
        check=limits.weight,
        apply=Apply.LIVE,
        via=via,
    )


def _operations(name: str, doc: str) -> Field:
    return Field(
        name,
        doc,
        type="int",
        at=f"{name}_sec",
        codec=codec.INT,
        check=names.not_negative,
        apply=Apply.LIVE,
        via=f"block_device:{name}",
    )


def _size(name: str, doc: str) -> Field:
    return Field(
        name,
        doc,
        at=f"{name}_sec",
        codec=codec.BYTES,
        apply=Apply.LIVE,
        via=f"block_device:{name}",
    )


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
        _weight("block_device:weight"),
        _operations("read_iops", "Most reads in a second."),
        _operations("write_iops", "Most writes in a second."),
        _size("read_bytes", "Most that is read in a second."),
        _size("write_bytes", "Most that is written in a second."),
    ),
)

BLOCK_TUNE = Schema(
    name="block_tune",
    doc="What the vm gets of the block devices of the node. It needs the block controller of the "
    "node's cgroups.",
    fields=(
        _weight("block_weight:weight"),
        Field(
            "devices",
            f"{_DEVICE.doc} What is given counts at once; one that goes away does so at the next "
            "start.",
            at="device",
            of=_DEVICE,
            many=True,
            apply=Apply.LIVE,
            via="block_device:weight",
        ),
    ),
)
