# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pool: where volumes are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool_source import (
    MORE_FIELDS,
    SOURCE_FIELDS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool_volume import (
    POOL_VOLUME,
    REFRESHED,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec, tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

# The kinds that Debian's libvirt has, some of them in packages of their own.
TYPES = (
    *("dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "rbd"),
    "zfs",
)
IN_PACKAGES = ("iscsi-direct", "rbd", "zfs")
# Those with a folder or a mount point of their own, which libvirt makes.
FOLDERS = ("dir", "fs", "netfs")
# Those that lie on what has to be formatted once.
FORMATTED = ("fs", "logical", "disk", "zfs")
# Where the node shows the volumes of other kinds.
TARGETS: Mapping[str, str] = {
    "disk": "/dev",
    "iscsi": "/dev/disk/by-path",
    "scsi": "/dev/disk/by-path",
    "mpath": "/dev/mapper",
}
_MODE = re.compile(r"0?[0-7]{3}")


class _Mode(codec.Codec):
    """Permission bits, four octal digits."""

    def parse(self, value: Any) -> str:
        # YAML takes 0711 for the number 457, which is a mode as well, and another one.
        if not isinstance(value, str) or not _MODE.fullmatch(value):
            raise ValueError(f"{value!r} is not a mode: write octal digits in quotes, as '0711'")
        return value.zfill(4)

    def read(self, spot: tree.Spot) -> str | None:
        return spot.text.zfill(4) if spot.text else None


def _number(value: int) -> None:
    if not 0 <= value < 2**32 - 1:
        raise ValueError(f"{value} is not the number of a user or a group")


def _target(text: str) -> None:
    """Only some kinds of pools are below /dev, and of no kind is another folder of the system."""
    (names.path if f"{text}/".startswith("/dev/") else names.pool_target)(text)


def _permission(name: str, doc: str, **more: Any) -> Field:
    """Who may do what in the folder. What is mounted there has permissions of its own."""
    return Field(
        name,
        doc,
        at=f"target/permissions/{name}",
        apply=Apply.RESTART,
        only={"type": ("dir",)},
        **more,
    )


def _room(name: str, doc: str, sample: str) -> Field:
    """How much fits into an active pool."""
    return Field(name, doc, at=name, codec=codec.CAPACITY, owner=Owner.REPORTED, sample=sample)


POOL = Schema(
    name="pool",
    doc="Where volumes are kept: a folder, a device or a server.",
    tag="pool",
    fields=(
        Field(
            "type",
            "Kind of the pool: a folder (V(dir)), a file system of a device (V(fs)) or of a server "
            "(V(netfs)), an LVM volume group (V(logical)), the partitions of a disk (V(disk)), the "
            "units of an iSCSI target (V(iscsi), or V(iscsi-direct) without the node's kernel), "
            "the disks of a SCSI adapter (V(scsi)), multipath devices (V(mpath)), a pool of Ceph "
            "(V(rbd)) or a zpool (V(zfs)).",
            at="@type",
            choices=TYPES,
            apply=Apply.RECREATE,
            initial="dir",
        ),
        Field(
            "name",
            "Name of the pool.",
            at="name",
            required=True,
            check=names.name,
            apply=Apply.RECREATE,
        ),
        Field(
            "uuid",
            "UUID of the pool.",
            at="uuid",
            owner=Owner.REPORTED,
            sample="f0a3c1de-7b0b-4a6e-8d55-5e6ba7a9e2c1",
        ),
        _room("capacity", "All of its room, while it is active.", "80GiB"),
        _room("allocation", "Its used room, while it is active.", "38GiB"),
        _room("available", "Its free room, while it is active.", "42GiB"),
        Field(
            "cow",
            "Whether new files of the folder are written by copying on write, where it is on "
            "Btrfs. Images of disks are faster without.",
            type="bool",
            at="features/cow/@state",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
            only={"type": ("dir", "fs")},
        ),
        *SOURCE_FIELDS,
        Field(
            "target",
            "Absolute path of the folder or the mount point, which is made when it is missing; "
            "what an earlier folder holds stays there. Of other kinds it is the folder in which "
            "the node shows the volumes, of V(logical) always the one of the volume group. V(zfs), "
            "V(iscsi-direct) and V(rbd) have none.",
            at="target/path",
            check=_target,
            apply=Apply.RESTART,
            only={"type": (*FOLDERS, *TARGETS, "logical")},
            initial_doc="C(/var/lib/libvirt/images) for the pool V(default), and a folder of the "
            "pool's name in it for any other; C(/dev), C(/dev/mapper), C(/dev/disk/by-path) "
            "or that of the volume group where volumes are devices",
        ),
        _permission(
            "mode",
            "Permissions of the folder as octal digits in quotes, such as V('0711').",
            type="raw",
            codec=_Mode(),
        ),
        _permission(
            "owner",
            "Number of the user that owns the folder.",
            type="int",
            codec=codec.INT,
            check=_number,
        ),
        _permission(
            "group",
            "Number of the group that owns the folder.",
            type="int",
            codec=codec.INT,
            check=_number,
        ),
        _permission("label", "Label of the folder for the node's security driver."),
        *MORE_FIELDS,
        Field(
            "autostart",
            "Whether libvirt starts the pool when it starts itself.",
            type="bool",
            codec=codec.RAW,
            apply=Apply.LIVE,
        ),
        Field(
            "state",
            "What the pool should be. V(present) is defined, and stays active or inactive as it "
            "is. V(absent) is neither; the folder and all that the pool holds are kept, unless "
            "O(delete_contents) says otherwise.",
            choices=("present", "active", "inactive", "absent"),
            default="present",
        ),
        Field(
            "build",
            "Formats what a new pool of the kind V(fs), V(disk), V(logical) or V(zfs) lies on. "
            "V(no_overwrite) formats only what holds nothing, and takes all else as it is. "
            "V(overwrite) formats it whatever it holds. Without this option nothing is ever "
            "formatted, and a pool that exists is never formatted again. When it fails, the new "
            "pool is forgotten, so that the next run tries again.",
            choices=("no_overwrite", "overwrite"),
        ),
        Field(
            "refresh",
            "Whether libvirt looks anew at what an active pool holds. It counts as no change: "
            "RV(pool.refreshed) tells which volumes libvirt did not know yet, or took to be there.",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field(
            "delete_contents",
            "Whether O(state=absent) deletes all volumes of the pool. It is refused while a vm or "
            "a volume of another pool needs one of them, and of a pool that is not active. The "
            "folder, the volume group or the partition table stays.",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field("refreshed", REFRESHED.doc, of=REFRESHED, owner=Owner.REPORTED),
        Field(
            "folder_exists",
            "Whether its folder is there. Only in M(vmrt.libvirt.pool_info), and where the task "
            "runs on the node.",
            type="bool",
            owner=Owner.REPORTED,
            sample=True,
        ),
        Field(
            "volumes",
            "The volumes of an active pool. Only in M(vmrt.libvirt.pool_info).",
            of=POOL_VOLUME,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
