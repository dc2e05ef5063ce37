# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a vm, and nobody sets."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_status import DISK_STATUS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.health import (
    HEALTH,
    PATHS,
    PROCESSES,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.statistics import STATISTICS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
    unordered,
)

ADDRESS = Schema(
    name="address",
    doc="An address that a guest was seen to have.",
    fields=(
        Field("nic", "Name of the interface.", owner=Owner.REPORTED, sample="lan"),
        Field("network", "Its network or bridge.", owner=Owner.REPORTED, sample="net-a"),
        Field("mac", "Its MAC address.", owner=Owner.REPORTED, sample="52:54:00:12:34:56"),
        Field("address", "The address.", owner=Owner.REPORTED, sample="198.51.100.21"),
        Field("prefix", "Length of its prefix.", type="int", owner=Owner.REPORTED, sample=24),
        Field(
            "source",
            "Who told it: V(lease) of libvirt's DHCP server, or the guest V(agent).",
            owner=Owner.REPORTED,
            sample="lease",
        ),
    ),
)

STATUS = Schema(
    name="status",
    doc="What the vm is and does besides what is declared. An option only so that what a result "
    "says of a vm can be declared again as it is; it is ignored.",
    fields=(
        Field(
            "phase",
            "What the vm does: V(Pending), V(Running), V(Paused), V(Stopped), V(Suspended), "
            "V(Stopping) or V(Error).",
            owner=Owner.REPORTED,
            sample="Running",
        ),
        Field(
            "addresses",
            "Addresses of the guest, and where each came from.",
            type="list",
            of=ADDRESS,
            many=True,
            owner=Owner.REPORTED,
        ),
        Field(
            "created",
            "When the vm was made, in seconds since 1970; only of a vm that this collection made.",
            type="int",
            at="@created",
            codec=codec.INT,
            owner=Owner.REPORTED,
            sample=1767225600,
        ),
        Field(
            "restarts",
            "How often the vm was started again after it had ended by itself.",
            type="int",
            at="@restarts",
            codec=codec.INT,
            owner=Owner.REPORTED,
            absent=0,
            sample=0,
        ),
        Field(
            "owned_volumes",
            "Volumes that the vm's declaration created, as pool and name.",
            type="list",
            at="vmrt:volume",
            owner=Owner.REPORTED,
            same=unordered,
            sample=["default/web1-root.qcow2"],
        ),
        Field(
            "doomed_volumes",
            "Those of them that are deleted once the running vm has let go of the disk, by the "
            "next run with O(vmrt.libvirt.vm#module:delete_disks=owned).",
            type="list",
            at="vmrt:doomed",
            owner=Owner.REPORTED,
            same=unordered,
            sample=["default/web1-data.qcow2"],
        ),
        Field(
            "moving",
            "Volumes that a move has made on another node so far, as the UUID of that node, pool "
            "and name. They are told until the move is over; after one that broke off, until the "
            "next one removes them there.",
            type="list",
            at="vmrt:moving",
            owner=Owner.REPORTED,
            same=unordered,
            sample=["0d7f5a52-0000-4000-8000-000000000002/default/web1-root.qcow2"],
        ),
        Field(
            "started_with",
            "Options that were changed since the vm was started and that a running vm does not "
            "tell, as they were then.",
            type="dict",
            at="vmrt:started-with",
            codec=codec.PAIRS,
            owner=Owner.REPORTED,
            sample={"cpu": '{"mode": "host-model"}'},
        ),
        Field(
            "saved",
            "Whether memory of the vm is kept on disk for its next start.",
            type="bool",
            codec=codec.RAW,
            owner=Owner.REPORTED,
            sample=False,
        ),
        Field("statistics", STATISTICS.doc, of=STATISTICS, owner=Owner.REPORTED),
        Field("health", HEALTH.doc, of=HEALTH, owner=Owner.REPORTED),
        Field("processes", PROCESSES.doc, of=PROCESSES, owner=Owner.REPORTED),
        Field("paths", PATHS.doc, of=PATHS, owner=Owner.REPORTED),
        Field(
            "in_force",
            "What a running vm has of options that wait for its restart, as it was when it was "
            "started. Only of M(vmrt.libvirt.vm_info).",
            type="dict",
            codec=codec.RAW,
            owner=Owner.REPORTED,
            sample={"cpu.mode": "host-model"},
        ),
        Field(
            "disks",
            "Where its disks are, and who uses them. Only of M(vmrt.libvirt.vm_info).",
            type="list",
            of=DISK_STATUS,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
