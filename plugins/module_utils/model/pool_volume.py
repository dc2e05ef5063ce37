# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a pool holds, and who uses it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

_USER = Schema(
    name="user",
    doc="A vm that uses a volume.",
    fields=(
        told("vm", "Name of the vm.", sample="web1"),
        told("disk", "Name of its disk.", sample="data"),
        told("target", "What libvirt calls the disk.", sample="vdb"),
        told("running", "Whether the vm runs.", type="bool", sample=True),
        told(
            "backing",
            "Whether the volume is only a lower layer of the disk, as far as libvirt knows.",
            type="bool",
            sample=False,
        ),
    ),
)

REFRESHED = Schema(
    name="refreshed",
    doc="What libvirt found out when it looked anew at what the pool holds. Only where O(refresh) "
    "asked for it.",
    fields=(
        told("found", "Volumes that it did not know.", type="list", elements="str", sample=["a"]),
        told("gone", "Volumes that are not there.", type="list", elements="str", sample=[]),
    ),
)

POOL_VOLUME = Schema(
    name="volume",
    doc="A volume of a pool.",
    fields=(
        told("name", "Name of the volume.", sample="data.qcow2"),
        told("path", "Its path on the node.", sample="/srv/fast/data.qcow2"),
        told("format", "Its format.", sample="qcow2"),
        told("size", "Its capacity.", codec=codec.CAPACITY, sample="20GiB"),
        told("allocation", "The room that it takes.", codec=codec.CAPACITY, sample="1536MiB"),
        told("backing", "Path of the volume that it is an overlay of.", sample="/srv/base.qcow2"),
        Field(
            "used_by",
            "The vms that use it, or an overlay of it while they run.",
            of=_USER,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
