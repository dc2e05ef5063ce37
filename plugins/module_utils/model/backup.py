# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups of a vm, the catalogue that they are in, and a vm that is made of one again."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.keep import KEEP_RULES, RULES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

FULL, INCREMENTAL = "full", "incremental"


def _flag(name: str, doc: str, **more: Any) -> Field:
    return Field(name, doc, type="bool", codec=codec.RAW, **more)


def _size(name: str, doc: str, sample: str) -> Field:
    return Field(name, doc, codec=codec.CAPACITY, owner=Owner.REPORTED, sample=sample)


_VM = Field("vm", "Name of the vm.", required=True, check=names.name)
# Where the catalogue is.
PLACES = ("folder", "backup_pool")
PLACE = (
    Field(
        "folder",
        "Absolute path of the folder that backups are in, on the node. It has to be there, and the "
        "user of QEMU has to be let through to it. Each vm has a folder of its own below it.",
        check=names.path,
    ),
    Field(
        "backup_pool",
        "A pool whose folder takes the place of O(folder).",
        check=names.name,
    ),
)
KEEP = Schema(
    name="keep",
    doc="Which backups of the vm stay. One that no rule names is removed, but not as long as one "
    "that stays rests on it.",
    required_one_of=(RULES,),
    fields=(
        Field(
            "prefix",
            "How the names of those begin that the rules are about; others are left alone. Without "
            "it they are about all of them.",
            check=names.name,
        ),
        *KEEP_RULES,
    ),
)
BACKUP_DISK = Schema(
    name="backup_disk",
    doc="A disk in a backup.",
    fields=(
        told("name", "Name of the disk.", sample="root"),
        told("target", "What libvirt calls it.", sample="vda"),
        told(
            "kind",
            "V(full), or V(incremental): only what was written since the backup before.",
            sample=INCREMENTAL,
        ),
        told("path", "The file that holds it.", sample="/srv/backup/web1/monday/vda.qcow2"),
        _size("capacity", "Capacity of the disk.", "20GiB"),
        _size("size", "Room that the file takes, holes included.", "3GiB"),
        told("sha256", "Digest of the file.", sample="9f86d081884c7d65..."),
        told("format", "Format that the disk had in the vm.", sample="qcow2"),
        told("volume", "Pool and volume that it was then.", sample="default/web1-root.qcow2"),
    ),
)
_FOUND = (
    told("parent", "The backup that an incremental one rests on.", sample="sunday"),
    told("created", "When it was taken, in seconds since 1970.", type="int", sample=1767225600),
    told("checkpoint", "Name that libvirt has for the moment that the next one can go on from."),
    told("path", "Its folder on the node.", sample="/srv/backup/web1/monday"),
    told(
        "phase",
        "What the vm did then: V(Running), V(Paused) or V(Stopped).",
        sample="Running",
    ),
    told("chain", "All backups that are needed for it, the full one first.", type="list"),
    told("whole", "Whether it can be restored, as far as was looked.", type="bool", sample=True),
    told(
        "problems",
        "What is wrong with it or with those that it rests on: the backup, the file, and why.",
        type="list",
        sample=["sunday/vda.qcow2 is missing"],
    ),
    Field("disks", BACKUP_DISK.doc, type="list", of=BACKUP_DISK, many=True, owner=Owner.REPORTED),
)
VM_BACKUP = Schema(
    name="vm_backup",
    doc="A backup of a vm.",
    required_one_of=(PLACES,),
    mutually_exclusive=(PLACES,),
    fields=(
        _VM,
        Field(
            "name",
            "Name of the backup. Without it a new one is taken each time, and called after the "
            "time in UTC, such as V(20260131-020000).",
            check=names.name,
        ),
        *PLACE,
        Field(
            "state",
            [
                "V(present) takes it where there is none of that name; one that is there stays "
                "as it is.",
                "V(absent) removes it. It is refused as long as another one rests on it.",
            ],
            choices=("present", "absent"),
            default="present",
        ),
        Field(
            "kind",
            [
                "V(full) holds each disk as it is. V(incremental) holds what was written since the "
                "newest backup in the same folder, and rests on it.",
                "V(auto) takes an incremental one where that is possible, and says why it did not.",
            ],
            choices=("auto", FULL, INCREMENTAL),
            default="auto",
        ),
        Field(
            "full_after",
            "After how many incremental ones in a row V(auto) takes a full one. Without it, it "
            "does so only where it has to.",
            type="int",
            codec=codec.INT,
            check=names.not_negative,
        ),
        _flag(
            "quiesce",
            "Whether the agent of the guest brings its file systems to rest for the moment that "
            "the backup is of.",
        ),
        Field(
            "exclude",
            "Names of disks that are left out.",
            type="list",
            elements="str",
        ),
        Field("description", "Any text about a new one.", check=names.line),
        _flag("descendants", "With O(state=absent), whether those that rest on it go too."),
        Field("keep", KEEP.doc, of=KEEP, type="dict"),
        *_FOUND,
    ),
)
VM_BACKUP_INFO = Schema(
    name="vm_backup_info",
    doc="Which backups to read.",
    required_one_of=(PLACES,),
    mutually_exclusive=(PLACES,),
    fields=(
        Field("vm", "Name of the vm; without it, the backups of all vms are read."),
        *PLACE,
        _flag(
            "verify",
            "Whether each file is read and its digest compared. Without it, files are looked at: "
            "whether they are there, how long they are, and what they rest on.",
            default=False,
        ),
        Field(
            "backups",
            "The backups of each vm in the order in which they were taken.",
            type="list",
            of=VM_BACKUP,
            many=True,
            owner=Owner.REPORTED,
        ),
        told(
            "leftovers",
            "Folders of backups that did not come to their end. The next backup of the vm clears "
            "them.",
            type="list",
            sample=["/srv/backup/web1/tuesday"],
        ),
    ),
)
RESTORED_DISK = Schema(
    name="restored_disk",
    doc="A disk that was restored.",
    fields=(
        told("name", "Name of the disk.", sample="root"),
        told("target", "What libvirt calls it.", sample="vda"),
        told("volume", "Pool and volume that it is now.", sample="default/web1-root.qcow2"),
        told("path", "Its file.", sample="/var/lib/libvirt/images/web1-root.qcow2"),
    ),
)
VM_RESTORE = Schema(
    name="vm_restore",
    doc="A vm that is made of a backup.",
    required_one_of=(PLACES,),
    mutually_exclusive=(PLACES,),
    fields=(
        Field("vm", "Name of the vm that the backup is of.", required=True, check=names.name),
        Field("name", "Name of the backup. Without it, the newest one.", check=names.name),
        *PLACE,
        Field(
            "new_name",
            "Name that the restored vm gets. With a name other than O(vm) it gets a UUID and MAC "
            "addresses of its own.",
            check=names.name,
        ),
        Field(
            "pool",
            "Pool that the disks come into. Without it, each comes into the pool of the name that "
            "it was in.",
            check=names.name,
        ),
        _flag(
            "replace",
            "Whether a vm of that name that is there, and is off, gets the definition and the "
            "disks of the backup. Its old disks stay as files, and belong to it as before.",
            default=False,
        ),
        _flag(
            "verify",
            "Whether each file of the backup is read and its digest compared before anything is "
            "done.",
            default=True,
        ),
        _flag("start", "Whether the vm is started. It is off unless this says V(true)."),
        told("backup", "The backup that it was made of.", sample="monday"),
        told("phase", "What the vm does: V(Running) or V(Stopped).", sample="Stopped"),
        Field(
            "disks",
            RESTORED_DISK.doc,
            type="list",
            of=RESTORED_DISK,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
