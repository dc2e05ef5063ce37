# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of a vm whose disks go: they are marked until they are deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import SetMetadata
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.mark import mark_with
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items, match


def removed_volumes(
    wanted: Mapping[str, Any],
    found: list[Item],
    config: Mapping[str, Any],
    facts: NodeFacts,
) -> list[str]:
    """Volumes of ours behind disks that go. Those that are kept then belong to the user alone.
    ``found`` are the disks of the definition."""
    # A disk that goes by one name may come back by another.
    stay = _stay(wanted)
    owned = owned_volumes(config)
    volumes = []
    for disk in wanted.get("disks", ()):
        item = match(DISK, disk, found)
        path = item.values.get("path") if item else None
        if disk.get("state") == "absent" and path and path not in stay:
            volume = facts.volume_at(path)
            if volume and f"{volume.pool}/{volume.name}" in owned:
                volumes.append(f"{volume.pool}/{volume.name}")
    return volumes


def doomed_volumes(
    wanted: Mapping[str, Any],
    found: list[Item],
    config: Mapping[str, Any],
    removed: list[str],
    facts: NodeFacts,
) -> list[str]:
    """Volumes that are to be deleted: of disks that go, and those that an earlier run could not
    delete. One that is a disk again stays. ``found`` are the disks of the definition."""
    earlier = (config.get("status") or {}).get("doomed_volumes") or ()
    new = removed if wanted["delete_disks"] == "owned" else ()
    some = dict.fromkeys((*earlier, *new))
    if not some:
        return []
    known, stay = owned_volumes(config), {*_stay(wanted), *_left(wanted, found)}
    return [one for one in some if one in known and _path(one, facts) not in stay]


def free(
    doomed: list[str],
    wanted: Mapping[str, Any],
    running: tree.Element | None,
    facts: NodeFacts,
) -> list[str]:
    """Those that can be deleted, once the disks that go are gone from the running machine."""
    if not doomed or wanted["delete_disks"] != "owned":
        return []
    held = _left(wanted, list(items(VM["disks"], running))) if running is not None else set()
    return [one for one in doomed if _is_there(one, facts) and _path(one, facts) not in held]


def forget(
    vm: str, edited: tree.Element, marks: Mapping[str, list[str]], deleted: Iterable[str]
) -> SetMetadata:
    """Our metadata of the definition without volumes that are deleted."""
    gone = set(deleted)
    left = {name: [one for one in some if one not in gone] for name, some in marks.items()}
    return SetMetadata(vm, tree.render(mark_with(left, edited)), kept=True)


def _stay(wanted: Mapping[str, Any]) -> set[str]:
    disks = wanted.get("disks", ())
    return {one["path"] for one in disks if one.get("state") != "absent" and one.get("path")}


def _left(wanted: Mapping[str, Any], found: list[Item]) -> set[str]:
    """The paths of disks that do not go."""
    going = [
        match(DISK, one, found) for one in wanted.get("disks", ()) if one.get("state") == "absent"
    ]
    return {item.values["path"] for item in found if item not in going and item.values.get("path")}


def _is_there(name: str, facts: NodeFacts) -> bool:
    """Is the pool of a volume there, so that it can be seen?"""
    pool = facts.pool(name.partition("/")[0])
    return pool is not None and pool.active


def _path(name: str, facts: NodeFacts) -> str | None:
    volume = facts.volume(*name.split("/", 1))
    return volume.path if volume else None
