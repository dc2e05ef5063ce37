# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""File systems of a Linux guest that take in what their disks have grown by.

A plan only reads files of the guest: the kernel tells where partitions lie, and a file system's
first block how long that is. What the guest then runs is its own growpart, and its file system's
own tool.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import agent, look
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.actions import GuestGrow
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Refused,
    VmrtError,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB, show_size

# What the kernel counts in, whatever a disk does; bytes.
_SECTOR = 512
# Partition tables round, and file systems leave what is too little for a group of blocks; bytes.
_LEAST = 8 * MIB
# Disks as the kernel names them. What lies on others has layers that nobody here knows.
_DISK = re.compile(r"(vd|sd|hd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+")
_EXT = ("ext2", "ext3", "ext4")
# Enough for a file of the kernel, and for the first block of a file system; bytes.
_HEAD = 4096
_SECONDS = 300


def plan_growth(given: Mapping[str, Any], ask: agent.Ask) -> Plan:
    """A step for each file system that has room to grow."""
    mounted = {one["mountpoint"]: one for one in look.file_systems(ask)["file_systems"]}
    steps, before, after = [], {}, {}
    for mountpoint in dict.fromkeys(given["mountpoints"]):
        if mountpoint not in mounted:
            raise VmrtError(
                f"the guest has no file system at '{mountpoint}'",
                option="mountpoints",
                hint=f"It has: {ascii(', '.join(map(str, mounted)))[1:-1]}.",
            )
        with agent.understood():
            growth = _growth(given["name"], mounted[mountpoint], ask)
        if growth:
            step, has, room = growth
            steps.append(step)
            before[mountpoint], after[mountpoint] = show_size(has), show_size(room)
    return Plan(actions=tuple(steps), before=before, after=after)


def _growth(vm: str, told: Mapping[str, Any], ask: agent.Ask) -> tuple[GuestGrow, int, int] | None:
    """The step, the length that the file system has, and the one that it can have."""
    device, kind, mountpoint = str(told["device"]), str(told["type"]), str(told["mountpoint"])
    if kind not in (*_EXT, "xfs"):
        raise _beyond(mountpoint, f"is of the type {ascii(kind)[1:-1]}")
    place = f"/sys/class/block/{device}"
    number = _told(ask, f"{place}/partition")
    disk = _name(ask, f"{place}/.." if number else place)
    if not _DISK.fullmatch(disk):
        raise _beyond(mountpoint, f"is on '{ascii(disk)[1:-1]}', which is no plain disk")
    size = int(_read(ask, f"{place}/size")) * _SECTOR
    free = _behind(ask, disk, place) if number else 0
    has = _length(ask, device, kind, int(told["size"] or 0))
    if free >= _LEAST:
        return GuestGrow(vm, mountpoint, device, kind, disk, int(number or 0)), has, size + free
    if size - has >= _LEAST:
        return GuestGrow(vm, mountpoint, device, kind), has, size
    return None


def _beyond(mountpoint: str, why: str) -> VmrtError:
    return VmrtError(
        f"the file system at '{mountpoint}' {why}",
        option="mountpoints",
        hint="Those of ext2, ext3, ext4 and xfs on disks and their partitions grow. Have the guest "
        "grow others with operation=exec.",
    )


def _behind(ask: agent.Ask, disk: str, place: str) -> int:
    """How many bytes are free behind a partition."""
    start, size = int(_read(ask, f"{place}/start")), int(_read(ask, f"{place}/size"))
    limits = [int(_read(ask, f"{place}/../size"))]
    for line in _read(ask, "/proc/partitions").splitlines()[2:]:
        name = line.split()[-1]
        if re.fullmatch(f"{disk}p?[0-9]+", name):
            limits.append(int(_read(ask, f"/sys/class/block/{name}/start")))
    return (min(one for one in limits if one > start) - start - size) * _SECTOR


def _length(ask: agent.Ask, device: str, kind: str, room: int) -> int:
    """How long a file system is, with what it keeps for itself; ``room`` is without."""
    head = agent.head(ask, f"/dev/{device}", _HEAD)
    if kind == "xfs":
        block, log = (int.from_bytes(head[place : place + 4], "big") for place in (4, 96))
        return room + block * log
    table = head[1024:2048]
    blocks, shift = (int.from_bytes(table[place : place + 4], "little") for place in (0x4, 0x18))
    # Beyond 2^32 blocks.
    if table[0x60] & 0x80:
        blocks += int.from_bytes(table[0x150:0x154], "little") << 32
    return blocks * 1024 << min(shift, 6)


def _name(ask: agent.Ask, place: str) -> str:
    pairs = (line.partition("=") for line in _read(ask, f"{place}/uevent").splitlines())
    return {key: value for key, _equals, value in pairs}["DEVNAME"]


def _read(ask: agent.Ask, path: str) -> str:
    return agent.head(ask, path, _HEAD).decode().strip()


def _told(ask: agent.Ask, path: str) -> str | None:
    with suppress(Refused):
        return _read(ask, path)
    return None


def grow(ask: agent.Ask, step: GuestGrow) -> None:
    """Run what grows the partition, and then the file system."""
    if step.partition:
        # It ends with 1 where there is nothing to grow.
        _run(ask, ["growpart", f"/dev/{step.disk}", str(step.partition)], (0, 1))
    if step.type == "xfs":
        _run(ask, ["xfs_growfs", step.mountpoint])
    else:
        _run(ask, ["resize2fs", f"/dev/{step.device}"])


# The packages of Debian that the tools are in; others call them alike.
_PACKAGES = {
    "growpart": "cloud-guest-utils",
    "resize2fs": "e2fsprogs",
    "xfs_growfs": "xfsprogs",
}


def _run(ask: agent.Ask, argv: list[str], good: tuple[int, ...] = (0,)) -> None:
    try:
        done = agent.execute(ask, argv, timeout=_SECONDS)
    except Refused as refused:
        hint = f"Is the package {_PACKAGES[argv[0]]} in the guest, and may its agent run commands?"
        raise Refused(refused.message, option="operation", hint=hint) from refused
    if done.rc not in good:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise VmrtError(
            f"'{' '.join(argv)}' ended with {done.rc} in the guest: {ascii(said)[1:-1]}",
            option="mountpoints",
        )
