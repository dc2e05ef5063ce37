# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a vm that are copied, and what each copy rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import BackupDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.disks import written_disks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.place import (
    ENDINGS,
    Placed,
    place,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopiedDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import layer_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import layers
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items, read

_FORMATS = ("qcow2", "raw")


@dataclass(frozen=True)
class Copies:
    """The copies, their places, and what is to be told; ``left_out`` are the targets of the disks
    that the new vm does not get."""

    placed: list[Placed]
    disks: list[CopiedDisk]
    left_out: list[str]
    warnings: list[str]


def copies(given: Mapping[str, Any], seen: Seen, facts: NodeFacts) -> Copies:
    """The copies of the disks of a vm. Raises VmrtError where one can not be made."""
    found, warnings = written_disks(given, seen, facts)
    now = {
        one.values["target"]: one
        for one in items(VM["disks"], tree.parse(seen.live_xml or seen.xml))
    }
    raise_all([*_pending(seen, now, facts), *_strange(found, now, facts)])
    stacks = {disk.target: _layers(disk, now[disk.target], facts) for disk in found}
    images = _images(seen, stacks, facts) if given["linked"] else {}
    if given["linked"]:
        warnings += _whole(found, images)
    sized = [
        replace(disk, size=_size(stacks[disk.target], images.get(disk.target))) for disk in found
    ]
    placed = place(sized, given.get("pool"), lambda disk: _names(given["name"], disk), facts)
    disks = [
        CopiedDisk(
            one.disk.target,
            layer_of(stacks[one.disk.target][0]),
            one.pool,
            one.volume,
            one.disk.capacity,
            layer_of(images[one.disk.target]) if one.disk.target in images else None,
        )
        for one in placed
    ]
    excluded = given.get("exclude") or ()
    left_out = [
        target
        for target, one in now.items()
        if one.values["name"] in excluded
        or (one.values.get("shareable") and not one.values.get("readonly"))
    ]
    return Copies(placed, disks, left_out, warnings)


def _pending(seen: Seen, now: Mapping[str, Item], facts: NodeFacts) -> Iterator[VmrtError]:
    """The new definition is made of the one that is kept, and the disks of the running machine."""
    kept = {one.values["target"]: one for one in items(VM["disks"], tree.parse(seen.xml))}
    for target in sorted({*now, *kept}):
        paths = {
            path_of(one[target].values, facts) if target in one else None for one in (now, kept)
        }
        if len(paths) > 1:
            disk = (now.get(target) or kept[target]).values
            yield VmrtError(
                f"its disk {disk['name']} changes with the next restart",
                option="source",
                hint="Restart it first, or take the change back.",
            )


def _strange(
    found: list[BackupDisk], now: Mapping[str, Item], facts: NodeFacts
) -> Iterator[VmrtError]:
    for disk in found:
        values = now[disk.target].values
        if (path_of(values, facts) or "").startswith("/dev/") or values.get("type") not in (
            None,
            "file",
            "volume",
        ):
            why = "is no file"
        elif disk.volume is None:
            why = "is no volume of an active pool"
        elif values.get("format") not in _FORMATS:
            why = f"is {values.get('format')}, and neither qcow2 nor raw"
        else:
            continue
        yield VmrtError(
            f"its disk {disk.name} {why}",
            option="source",
            hint="Leave it out with exclude, or have it be a qcow2 or raw file of a pool.",
        )


def _layers(disk: BackupDisk, item: Item, facts: NodeFacts) -> list[VolumeSeen]:
    """The volumes that a disk is made of, its own first."""
    pool, _slash, name = (disk.volume or "").partition("/")
    volume = facts.volume(pool, name)
    if volume is None:
        raise VmrtError(f"the volume '{disk.volume}' is gone", option="source")
    # A guest can write what a probe would take for another format.
    known = replace(volume, format=item.values["format"])
    if known.format == "raw":
        known = replace(known, backing=None)
    return layers(known, "source", facts)


def _images(
    seen: Seen, stacks: Mapping[str, list[VolumeSeen]], facts: NodeFacts
) -> dict[str, VolumeSeen]:
    """What disks rest on right below their own file, where neither this vm nor another one ever
    writes to it."""
    owned = owned_volumes(read(VM, tree.parse(seen.xml)))
    found = {}
    for target, stack in stacks.items():
        if len(stack) < 2:
            continue
        image = stack[1]
        written = any(not one.backing and one.writes for one in facts.users.get(image.path, ()))
        if f"{image.pool}/{image.name}" not in owned and not written:
            found[target] = image
    if not found:
        raise VmrtError(
            f"no disk of '{seen.name}' rests on an image: a copy that rested on the disk itself "
            "would be destroyed by what the vm writes next",
            option="linked",
            hint="Leave it out, or make an image of the disk with vmrt.libvirt.image, and vms of "
            "that.",
        )
    return found


def _whole(found: list[BackupDisk], images: Mapping[str, VolumeSeen]) -> Iterator[str]:
    for disk in found:
        if disk.target not in images:
            yield f"linked: the disk {disk.name} rests on no image, and is copied as a whole."


def _size(stack: list[VolumeSeen], image: VolumeSeen | None) -> int:
    """How much room a copy may take."""
    copied = stack[:1] if image else stack
    size = sum(one.allocation for one in copied)
    return min(size, stack[0].capacity) if stack[0].capacity else size


def _names(vm: str, disk: BackupDisk) -> Iterator[str]:
    for number in count():
        yield f"{vm}-{disk.name}{f'.{number}' if number else ''}{ENDINGS[disk.format]}"
