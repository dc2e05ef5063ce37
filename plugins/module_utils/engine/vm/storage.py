# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The volumes behind the disks of a vm: made when they are missing, grown, never shrunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BlockResize,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.overlays import (
    snapshots_inside,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import create
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.grow import grow, shrinks
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, match


@dataclass(frozen=True)
class Storage:
    """What has to happen to volumes before the definition, and after it under a running vm."""

    before: tuple[Action, ...] = ()
    after: tuple[Action, ...] = ()
    created: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    live_changes: tuple[Change, ...] = ()
    errors: tuple[VmrtError, ...] = ()


def plan_storage(
    vm: str, disks: list[Mapping[str, Any]], found: list[Item], facts: NodeFacts
) -> Storage:
    """The volumes of completed disks; ``found`` are the disks of the existing definition."""
    total = Storage()
    for disk in disks:
        if disk.get("state") == "absent":
            continue
        one = _plan_disk(vm, disk, match(DISK, disk, found), facts)
        total = Storage(
            total.before + one.before,
            total.after + one.after,
            total.created + one.created,
            total.changes + one.changes,
            total.live_changes + one.live_changes,
            total.errors + one.errors,
        )
    return total


def _plan_disk(vm: str, disk: Mapping[str, Any], item: Item | None, facts: NodeFacts) -> Storage:
    option = f"disks[{disk['name']}]"
    volume: VolumeSeen | None
    if "volume" in disk:
        volume = facts.volume(disk["pool"], disk["volume"])
        there = _volume_of(item, facts) if item else None
        if volume is None and there and there.name == disk["volume"]:
            return _elsewhere(disk, there, option)
        if volume is None:
            return _create(disk, option, facts)
    elif "size" in disk and item:
        volume = _volume_of(item, facts)
        if volume is None:
            return _refuse("its source is no volume of an active pool", f"{option}.size", None)
    else:
        return Storage()
    return _grow(vm, disk, volume, option, facts)


def _elsewhere(disk: Mapping[str, Any], volume: VolumeSeen, option: str) -> Storage:
    """A new volume would take the place of the one that the vm has, and be empty."""
    return _refuse(
        f"its volume '{volume.name}' is in the pool '{volume.pool}', and '{disk['pool']}' has none "
        "of that name",
        f"{option}.pool",
        f"Say pool={volume.pool}, or move the volume with vmrt.libvirt.disk and move_from; a new "
        "disk needs a volume of another name.",
    )


def _volume_of(item: Item, facts: NodeFacts) -> VolumeSeen | None:
    """The volume behind an existing disk."""
    pool, volume, path = (item.values.get(name) for name in ("pool", "volume", "path"))
    if pool and volume:
        return facts.volume(pool, volume)
    return facts.volume_at(path) if path else None


def _create(disk: Mapping[str, Any], option: str, facts: NodeFacts) -> Storage:
    try:
        action = create(disk, f"{option}.", facts)
    except VmrtError as error:
        return Storage(errors=(error,))
    return Storage(before=(action,), created=(f"{disk['pool']}/{disk['volume']}",))


def _grow(
    vm: str, disk: Mapping[str, Any], volume: VolumeSeen, option: str, facts: NodeFacts
) -> Storage:
    size = disk.get("size")
    if size is None or volume.capacity is None or size == volume.capacity:
        return Storage()
    if size < volume.capacity:
        return Storage(errors=(shrinks(volume, size, f"{option}.size"),))
    inside = snapshots_inside(vm, volume.path, facts)
    if inside:
        return _refuse(
            f"the volume '{volume.name}' holds the snapshots {', '.join(inside)} as large as it is",
            f"{option}.size",
            "Remove these first, with vmrt.libvirt.snapshot and state=absent.",
        )
    change = Change(
        f"{option}.size", DISK["size"], volume.capacity, size, device=("disks", disk["name"])
    )
    action = grow(volume, size, facts, f"{option}.size")
    if isinstance(action, BlockResize):
        return Storage(after=(action,), changes=(change,), live_changes=(change,))
    return Storage(before=(action,), changes=(change,))


def _refuse(message: str, option: str, hint: str | None) -> Storage:
    return Storage(errors=(VmrtError(message, option=option, hint=hint),))
