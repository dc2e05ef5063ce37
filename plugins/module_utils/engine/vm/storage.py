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
    CreateVolume,
    ResizeVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, match
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


@dataclass(frozen=True)
class Storage:
    """What has to happen to volumes before the definition, and after it under a running vm."""

    before: tuple[Action, ...] = ()
    after: tuple[Action, ...] = ()
    created: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
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
            total.errors + one.errors,
        )
    return total


def _plan_disk(vm: str, disk: Mapping[str, Any], item: Item | None, facts: NodeFacts) -> Storage:
    option = f"disks[{disk['name']}]"
    volume: VolumeSeen | None
    if "volume" in disk:
        volume = facts.volume(disk["pool"], disk["volume"])
        if volume is None:
            return _create(disk, option, facts)
    elif "size" in disk and item and item.values.get("path"):
        volume = facts.volume_at(item.values["path"])
        if volume is None:
            return _refuse("its source is no volume of an active pool", f"{option}.size", None)
    else:
        return Storage()
    return _grow(vm, disk, volume, option, facts)


def _create(disk: Mapping[str, Any], option: str, facts: NodeFacts) -> Storage:
    name, image = disk["pool"], disk.get("image")
    pool = facts.pool(name)
    if pool is None:
        known = ", ".join(facts.pool_names) or "none"
        return _refuse(f"there is no pool '{name}'", f"{option}.pool", f"The node has: {known}.")
    if not pool.active:
        return _refuse(f"the pool '{name}' is not active", f"{option}.pool", "Start it first.")
    backing = None
    if image:
        backing = facts.volume(disk.get("image_pool", name), image)
        if backing is None:
            place = disk.get("image_pool", name)
            return _refuse(
                f"there is no volume '{image}' in the pool '{place}'",
                f"{option}.image",
                "Bring it there with vmrt.libvirt.image first.",
            )
    size = disk.get("size") or (backing.capacity if backing else None)
    if size is None and backing is None:
        return _refuse("a new disk needs a size", f"{option}.size", "Write for example 10GiB.")
    if size and backing and backing.capacity and size < backing.capacity:
        return _refuse(
            f"{show_size(size)} is less than the {show_size(backing.capacity)} of its image",
            f"{option}.size",
            "Give at least that.",
        )
    if backing and disk["format"] != "qcow2":
        return _refuse("an overlay of an image is always qcow2", f"{option}.format", None)
    xml = volume_xml(disk["volume"], size, disk["format"], backing)
    return Storage(
        before=(CreateVolume(name, disk["volume"], size, xml),),
        created=(f"{name}/{disk['volume']}",),
    )


def _grow(
    vm: str, disk: Mapping[str, Any], volume: VolumeSeen, option: str, facts: NodeFacts
) -> Storage:
    size = disk.get("size")
    if size is None or volume.capacity is None or size == volume.capacity:
        return Storage()
    if size < volume.capacity:
        return Storage(errors=(shrinks(volume, size, f"{option}.size"),))
    change = Change(
        f"{option}.size", DISK["size"], volume.capacity, size, device=("disks", disk["name"])
    )
    action = grow(volume, size, facts)
    if isinstance(action, BlockResize):
        return Storage(after=(action,), changes=(change,))
    return Storage(before=(action,), changes=(change,))


def shrinks(volume: VolumeSeen, size: int, option: str) -> VmrtError:
    """The refusal to shrink a volume."""
    has = show_size(volume.capacity or 0)
    return VmrtError(
        f"the volume '{volume.name}' has {has} and is not shrunk to {show_size(size)}, "
        "because that would lose data",
        option=option,
        hint=f"Write {has} or more.",
    )


def grow(volume: VolumeSeen, size: int, facts: NodeFacts) -> Action:
    """Grow a volume: through the running vm that writes to it, where there is one."""
    for user in facts.users.get(volume.path, ()):
        if user.running and not user.backing:
            return BlockResize(user.vm, user.target, size, volume.path)
    return ResizeVolume(volume.pool, volume.name, size)


def _refuse(message: str, option: str, hint: str | None) -> Storage:
    return Storage(errors=(VmrtError(message, option=option, hint=hint),))
