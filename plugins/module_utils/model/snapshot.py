# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot of a vm: what its disks held at a moment, and what was in its memory."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.keep import KEEP_RULES, RULES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)


def _flag(name: str, doc: str) -> Field:
    return Field(name, doc, type="bool", codec=codec.RAW)


KEEP = Schema(
    name="keep",
    doc="Which snapshots of a series stay. One that no rule names is removed, as with "
    "O(state=absent); those of other names are left alone.",
    required_one_of=(RULES,),
    fields=(
        Field(
            "prefix",
            "How the names of the series begin.",
            required=True,
            check=names.name,
        ),
        *KEEP_RULES,
    ),
)
SNAPSHOT_DISK = Schema(
    name="snapshot_disk",
    doc="A disk in a snapshot.",
    fields=(
        told("target", "What libvirt calls the disk.", sample="vda"),
        told(
            "path",
            "The file that holds what the disk was.",
            sample="/var/lib/libvirt/images/web1-root.qcow2",
        ),
        told(
            "overlay",
            "The file that took what was written next; only of an external one.",
            sample="/var/lib/libvirt/images/web1-root.before.qcow2",
        ),
        Field(
            "allocation",
            "Room that C(path) takes now. Only of volumes.",
            codec=codec.CAPACITY,
            owner=Owner.REPORTED,
            sample="3GiB",
        ),
    ),
)
SNAPSHOT = Schema(
    name="snapshot",
    doc="A snapshot of a vm.",
    fields=(
        Field("vm", "Name of the vm.", required=True, check=names.name),
        Field(
            "name",
            "Name of the snapshot. Needed unless O(keep) is all that is asked for.",
            check=names.name,
        ),
        Field(
            "state",
            [
                "V(present) takes it where there is none of that name; one that is there stays "
                "as it is.",
                "V(absent) forgets it. What was written since then is kept: external files are "
                "merged, also under a running guest.",
                "V(reverted) sets the disks, and the memory that is in it, back to it. What the "
                "vm is now is lost; where that is in no snapshot, O(force) has to say so.",
            ],
            choices=("present", "absent", "reverted"),
            default="present",
        ),
        Field(
            "kind",
            "Where a new one is kept: inside of the qcow2 files of the disks (V(internal)), or by "
            "leaving these files as they are and writing to new ones (V(external)). V(auto) takes "
            "an internal one where that is possible, and says why it did not.",
            choices=("auto", "internal", "external"),
            default="auto",
        ),
        _flag(
            "memory",
            "Whether a new one of a running vm holds its memory. It does unless this says "
            "V(false), or O(quiesce=true).",
        ),
        _flag(
            "quiesce",
            "Whether the agent of the guest brings its file systems to rest for the moment of a "
            "new one. Without its memory only.",
        ),
        Field("description", "Any text about a new one.", check=names.line),
        _flag(
            "start",
            "Whether the vm is started after it was set back to a snapshot without memory. It is "
            "off unless this says V(true). With memory it does what it did then.",
        ),
        _flag(
            "descendants", "With O(state=absent), whether those that were taken after it go too."
        ),
        Field(
            "force",
            "Whether to lose what the vm is now for the sake of O(state=reverted).",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field("keep", KEEP.doc, of=KEEP, type="dict"),
        told("parent", "The snapshot that it was taken after.", sample="installed"),
        told(
            "children",
            "The snapshots that were taken next after it.",
            type="list",
            sample=["tested"],
        ),
        told("depth", "How many snapshots lead to it.", type="int", sample=1),
        told(
            "current",
            "Whether the vm goes on from it: it was the last one taken or gone back to.",
            type="bool",
            sample=True,
        ),
        told("created", "When it was taken, in seconds since 1970.", type="int", sample=1767225600),
        told(
            "phase",
            "What the vm did then: V(Running), V(Paused) or V(Stopped).",
            sample="Running",
        ),
        told("memory_path", "The file that holds the memory; only of an external one."),
        Field(
            "disks",
            SNAPSHOT_DISK.doc,
            type="list",
            of=SNAPSHOT_DISK,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
SNAPSHOT_INFO = Schema(
    name="snapshot_info",
    doc="Which snapshots to read.",
    fields=(
        Field(
            "vm",
            "Name of the vm; without it, the snapshots of all vms of the node are read.",
            check=names.name,
        ),
        Field(
            "snapshots",
            "The snapshots, each followed by those that were taken after it.",
            type="list",
            of=SNAPSHOT,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
