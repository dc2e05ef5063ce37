# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    DeleteVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.channel import agent_channel
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.actions import (
    OwnVolumes,
    TakeSnapshot,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.fresh import (
    fresh_overlay,
    pool_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.kind import choose
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import Moment
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import (
    MEMORY,
    World,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class Taken:
    """The steps to a snapshot, what was chosen for it, and the world after it."""

    name: str
    actions: list[Action]
    kind: str
    reason: str
    memory: bool
    world: World


def take(given: Mapping[str, Any], seen: Seen, world: World, facts: NodeFacts) -> Taken:
    """A snapshot of a vm. Raises VmrtError where it can not be."""
    memory = _with_memory(given, seen, world)
    kind, reason = choose(given, memory, seen, world, facts)
    if kind == "external":
        return _external(given, seen, world, memory, reason, facts)
    root = _definition(given)
    root.find("memory").set("snapshot", "internal" if memory else "no")
    for target in world.disks:
        tree.append(root, "disks/disk").attrib.update({"name": target, "snapshot": "internal"})
    step = TakeSnapshot(seen.name, given["name"], kind, memory, tree.render(root))
    files = {disk.target: disk.path for disk in world.disks.values()}
    later = _with(world, _moment(given, seen, memory, files, facts.now))
    return Taken(given["name"], [step], kind, reason, memory, later)


def _with_memory(given: Mapping[str, Any], seen: Seen, world: World) -> bool:
    quiesce = given.get("quiesce", False)
    if not world.up:
        for option in ("memory", "quiesce"):
            if given.get(option):
                raise VmrtError(
                    f"the vm '{seen.name}' is off, and has no guest in memory",
                    option=option,
                    hint="Leave it out, or start the vm first.",
                )
        if seen.saved:
            raise VmrtError(
                f"the memory of '{seen.name}' is saved on the node, and belongs to its disks as "
                "they are now",
                option="vm",
                hint="Start the vm, or drop that with vm_power and operation=remove_save.",
            )
        return False
    memory = bool(given.get("memory", not quiesce))
    if quiesce:
        if memory:
            raise VmrtError(
                "a guest whose memory is kept needs no rest", option="quiesce", hint="Leave it out."
            )
        if seen.state == "paused":
            raise VmrtError(
                f"the vm '{seen.name}' is paused, and its agent does not answer", option="quiesce"
            )
        agent_channel(seen, "quiesce")
    return memory


def _external(
    given: Mapping[str, Any],
    seen: Seen,
    world: World,
    memory: bool,
    reason: str,
    facts: NodeFacts,
) -> Taken:
    root, name = _definition(given), given["name"]
    root.find("memory").set("snapshot", "external" if memory else "no")
    before: list[Action] = []
    pools: list[str] = []
    overlays, owned, volumes = {}, list(world.owned), dict(world.volumes)
    disks = dict(world.disks)
    for target, disk in world.disks.items():
        pool, path, clearing = fresh_overlay(world, disk, name, facts)
        before += clearing
        pools.append(pool)
        overlays[target] = path
        volume = path.rpartition("/")[2]
        owned.append(f"{pool}/{volume}")
        capacity = world.volumes[disk.path].capacity
        volumes[path] = VolumeSeen(pool, volume, path, capacity, "qcow2", disk.path)
        disks[target] = replace(disk, path=path, format="qcow2")
        one = tree.append(root, "disks/disk")
        one.attrib.update({"name": target, "snapshot": "external", "type": "file"})
        tree.ensure(one, "driver/@type").put("qcow2")
        tree.ensure(one, "source/@file").put(path)
    for target in world.excluded:
        tree.append(root, "disks/disk").attrib.update({"name": target, "snapshot": "no"})
    memory_path = None
    if memory:
        pool_seen = pool_of(world, next(iter(world.disks.values())), facts)
        volume = f"{seen.name}.{name}{MEMORY}"
        memory_path = f"{pool_seen.target}/{volume}"
        if memory_path in volumes:
            before.append(DeleteVolume(pool_seen.name, volume))
        owned.append(f"{pool_seen.name}/{volume}")
        volumes[memory_path] = VolumeSeen(pool_seen.name, volume, memory_path, None, "raw")
        root.find("memory").set("file", memory_path)
    mine = tuple(dict.fromkeys(owned))
    steps: list[Action] = [*before]
    if mine != world.owned:
        # They are known as ours before they are there: whatever fails, the next run finds them.
        steps.append(OwnVolumes(seen.name, mine))
    steps.append(
        TakeSnapshot(
            seen.name,
            name,
            "external",
            memory,
            tree.render(root),
            given.get("quiesce", False),
            tuple(dict.fromkeys(pools)),
        )
    )
    files = {disk.target: disk.path for disk in world.disks.values()}
    later = replace(world, volumes=volumes, disks=disks, owned=mine)
    later = _with(later, _moment(given, seen, memory, files, facts.now, overlays, memory_path))
    return Taken(name, steps, "external", reason, memory, later)


def _definition(given: Mapping[str, Any]) -> tree.Element:
    root = tree.new("domainsnapshot")
    tree.ensure(root, "name").put(given["name"])
    if given.get("description"):
        tree.ensure(root, "description").put(given["description"])
    tree.ensure(root, "memory")
    tree.ensure(root, "disks")
    return root


def _moment(
    given: Mapping[str, Any],
    seen: Seen,
    memory: bool,
    files: Mapping[str, str],
    now: int,
    overlays: Mapping[str, str] | None = None,
    memory_path: str | None = None,
) -> Moment:
    """The snapshot as it will be."""
    return Moment(
        name=given["name"],
        parent=None,
        created=now,
        state=seen.state if memory else "shutoff",
        current=True,
        external=bool(overlays),
        files=files,
        overlays=overlays or {},
        memory_path=memory_path,
        has_memory=memory,
        description=given.get("description"),
        xml="",
    )


def _with(world: World, taken: Moment) -> World:
    current = next((one.name for one in world.moments if one.current), None)
    older = [replace(one, current=False) for one in world.moments]
    return replace(world, moments=(*older, replace(taken, parent=current)))
