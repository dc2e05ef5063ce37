# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of files that are still to be made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    DeleteVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    PoolSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import (
    Disk,
    World,
    is_fresh,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def fresh_overlay(
    world: World, disk: Disk, snapshot: str, facts: NodeFacts
) -> tuple[str, str, list[Action]]:
    """Pool and path of a new overlay for a disk, and what has to go before it is made: the same
    file that a run left behind which did not come to its end."""
    pool = pool_of(world, disk, facts)
    garbage = world.garbage()
    for path in _paths(world, disk, snapshot, pool):
        if path not in world.volumes:
            break
        if path in garbage:
            return pool.name, path, [DeleteVolume(pool.name, path.rpartition("/")[2])]
    return pool.name, path, []


def left_overlay(
    world: World, disk: Disk, snapshot: str, below: str, facts: NodeFacts
) -> tuple[str, str] | None:
    """Pool and path of an overlay that such a run made, and that nobody has written to."""
    pool = pool_of(world, disk, facts)
    for path in _paths(world, disk, snapshot, pool):
        volume = world.volumes.get(path)
        if volume is None:
            return None
        if volume.backing == below and is_fresh(volume) and not world.needs(path):
            return pool.name, path
    return None


def _paths(world: World, disk: Disk, snapshot: str, pool: PoolSeen) -> Iterator[str]:
    for number in count():
        ending = f".{number}.qcow2" if number else ".qcow2"
        yield f"{pool.target}/{world.vm}-{disk.name}.{snapshot}{ending}"


def pool_of(world: World, disk: Disk, facts: NodeFacts) -> PoolSeen:
    """The pool that a disk's file is in. Raises VmrtError where there is none."""
    volume = world.volumes.get(disk.path)
    pool = facts.pool(volume.pool) if volume else None
    if pool is None or not pool.target:
        raise VmrtError(
            f"the disk {disk.name} is no file in the folder of an active pool",
            option="vm",
            hint="Define a pool for the folder with vmrt.libvirt.pool, or start it.",
        )
    return pool
