# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Back to a snapshot. libvirt 9.0 can not do that with external ones, so the disks get new files
that rest on those of the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    CreateVolume,
    Define,
    DeleteVolume,
    Start,
    Stop,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power.actions import RemoveSave
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.fresh import (
    fresh_overlay,
    left_overlay,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    Moment,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import World
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def revert(
    given: Mapping[str, Any], moment: Moment, seen: Seen, world: World, facts: NodeFacts
) -> tuple[list[Action], list[str]]:
    """The steps back to a snapshot, and what does not come back with it. Raises VmrtError where
    something would be lost that nobody gave up."""
    if moment.lost:
        raise VmrtError(
            f"the removal of '{moment.name}' has begun, and its files hold what was written since",
            option="name",
            hint="Run that again, with state=absent, to bring it to its end.",
        )
    start = given.get("start", False) and not moment.has_memory
    if _is_there(moment, world) and not start:
        return _cleared(world), []
    _may_be_lost(given, moment, seen, world)
    told = [
        f"state: the disk {disk.name} is not in '{moment.name}', and stays as it is."
        for disk in world.disks.values()
        if disk.target not in moment.files
    ]
    if moment.external:
        return _external(moment, seen, world, start, facts), told
    _alone(moment, world)
    step = actions.RevertToSnapshot(seen.name, moment.name, seen.xml, start)
    return [step], told


def _is_there(moment: Moment, world: World) -> bool:
    """Is the vm what the snapshot holds? That can be known of one that is off, since nobody wrote
    to its files."""
    if world.up or moment.has_memory or not moment.external or not moment.current:
        return False
    return all(
        target not in moment.files
        or (world.untouched(disk) and world.volumes[disk.path].backing == moment.files[target])
        for target, disk in world.disks.items()
    )


def _cleared(world: World) -> list[Action]:
    """The end of what a run left behind that did not come to its end."""
    idle = world.garbage()
    if not idle:
        return []
    steps: list[Action] = [
        DeleteVolume(world.volumes[path].pool, world.volumes[path].name) for path in idle
    ]
    return [*steps, actions.OwnVolumes(world.vm, world.without(idle).owned)]


def _may_be_lost(given: Mapping[str, Any], moment: Moment, seen: Seen, world: World) -> None:
    if given["force"]:
        return
    if not world.up and not seen.saved and all(map(world.untouched, world.disks.values())):
        return
    what = "and its memory" if world.up or seen.saved else "as they are now"
    raise VmrtError(
        f"the disks of '{seen.name}' {what} are in no snapshot, and would be lost",
        option="force",
        hint=f"Take a snapshot first, or say force: true to lose it for '{moment.name}'.",
    )


def _alone(moment: Moment, world: World) -> None:
    """libvirt writes into the file that holds an internal snapshot: nothing else may rest on it."""
    for target, path in moment.files.items():
        above = world.overlays(path)
        if not above and (target not in world.disks or world.disks[target].path == path):
            continue
        names = [one.name for one in world.moments if one.external and path in one.files.values()]
        raise VmrtError(
            f"'{moment.name}' is inside of '{path}', on which {', '.join(above) or 'more'} rests",
            option="name",
            hint=f"Remove the external snapshots of that file first: {', '.join(names) or 'none'}.",
        )


def _external(
    moment: Moment, seen: Seen, world: World, start: bool, facts: NodeFacts
) -> list[Action]:
    if moment.memory_path and moment.memory_path not in world.volumes:
        raise VmrtError(
            f"the memory of '{moment.name}' is gone: there is no '{moment.memory_path}'",
            option="name",
        )
    edited, kept = tree.parse(seen.xml), tree.parse(moment.xml)
    clearing: list[Action] = []
    creating: list[Action] = []
    owned, disks, volumes = list(world.owned), dict(world.disks), dict(world.volumes)
    for target, path in moment.files.items():
        disk = world.disks.get(target)
        if disk is None:
            raise VmrtError(
                f"'{seen.name}' has no disk {target} any more, which '{moment.name}' holds",
                option="name",
                hint=f"Attach '{path}' as {target} again first.",
            )
        below = world.volumes.get(path)
        if below is None:
            raise VmrtError(
                f"a file of '{moment.name}' is gone: no active pool has '{path}'", option="name"
            )
        left = left_overlay(world, disk, moment.name, path, facts)
        if left:
            pool, overlay = left
        else:
            pool, overlay, before = fresh_overlay(world, disk, moment.name, facts)
            clearing += before
        volume = overlay.rpartition("/")[2]
        if not left:
            xml = volume_xml(volume, None, "qcow2", below)
            creating.append(CreateVolume(pool, volume, below.capacity, xml))
        owned.append(f"{pool}/{volume}")
        volumes[overlay] = VolumeSeen(pool, volume, overlay, below.capacity, "qcow2", path)
        disks[target] = replace(disk, path=overlay, format="qcow2")
        switch(edited, target, overlay, "qcow2")
        for one in kept.iterfind(f"disks/disk[@name='{target}']/source"):
            one.set("file", overlay)
    mine = tuple(dict.fromkeys(owned))
    later = replace(world, up=False, owned=mine, disks=disks, volumes=volumes, fixed=frozenset())
    idle = later.garbage()
    final = later.without(idle).owned
    write(VM, {"status": {"owned_volumes": list(mine)}}, edited)
    steps: list[Action] = [Stop("vm", seen.name)] if seen.live_xml else []
    if seen.saved:
        steps.append(RemoveSave(seen.name))
    # New files are made before the definition names them: who starts it never finds another disk.
    steps += [*clearing, *creating]
    steps.append(Define("vm", seen.name, tree.render(edited), seen.fingerprint))
    steps.append(actions.RedefineSnapshot(seen.name, moment.name, tree.render(kept), current=True))
    steps += [DeleteVolume(later.volumes[path].pool, later.volumes[path].name) for path in idle]
    if final != mine:
        steps.append(actions.OwnVolumes(seen.name, final))
    if moment.memory_path:
        files = tuple((target, disk.path) for target, disk in sorted(disks.items()))
        paused = moment.state == "paused"
        steps.append(actions.RestoreMemory(seen.name, moment.memory_path, paused, files))
    elif start:
        steps.append(Start("vm", seen.name))
    return steps
