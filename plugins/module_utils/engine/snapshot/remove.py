# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of snapshots: what was written since then is merged into what they held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    DeleteVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    DEFINITIONS,
    Moment,
    reparented,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import (
    Disk,
    World,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class Removal:
    """The steps, what stays although nobody asked for it, and the world after them."""

    actions: list[Action]
    warnings: list[str]
    world: World


def remove(names: Iterable[str], seen: Seen, world: World, option: str) -> Removal:
    """The end of snapshots, the others kept whole. Raises VmrtError where it can not be."""
    gone = [one for one in world.moments if one.name in set(names)]
    stay = [one for one in world.moments if one not in gone]
    _deletable(gone, seen, world, option)
    warnings: list[str] = []
    merges: list[actions.MergeLayers] = []
    later = replace(world, moments=tuple(stay))
    for target in world.disks:
        done, told, later = _merge(target, gone, later)
        merges += done
        warnings += told
    if merges and seen.saved:
        raise VmrtError(
            f"the memory of '{seen.name}' is saved on the node, and its disks can not be merged "
            "until it is used",
            option="vm",
            hint="Start the vm, or drop that with vm_power and operation=remove_save.",
        )
    steps: list[Action] = [*merges]
    stay_later, redefined = _kept(list(later.moments), world)
    later = replace(later, moments=tuple(stay_later))
    steps += redefined
    steps += _forgotten(gone, world)
    idle, told = _needless(gone, later)
    warnings += told
    steps += [DeleteVolume(later.volumes[path].pool, later.volumes[path].name) for path in idle]
    later = later.without(idle)
    if later.owned != world.owned:
        steps.append(actions.OwnVolumes(seen.name, later.owned))
    return Removal(steps, warnings, later)


def _deletable(gone: list[Moment], seen: Seen, world: World, option: str) -> None:
    for one in gone:
        for target, path in one.files.items():
            disk = world.disks.get(target)
            if one.external or not world.up or (disk and disk.path == path):
                continue
            above = [other.name for other in world.moments if other.files.get(target) == path]
            names = ", ".join(name for name in above if name != one.name) or "none"
            raise VmrtError(
                f"the snapshot '{one.name}' is inside of '{path}', which the running vm only has "
                "below another file",
                option=option,
                hint=f"Shut the vm down, or remove the external snapshots of that file: {names}.",
            )


def _merge(
    target: str, gone: list[Moment], world: World
) -> tuple[list[actions.MergeLayers], list[str], World]:
    """The merges of one disk. A file that a snapshot needs as it is takes nothing in, and neither
    does one on which something else rests."""
    disk = world.disks[target]
    released = {one.files[target] for one in gone if one.external and target in one.files}
    chain = world.chain(disk.path)[::-1]
    merges: list[actions.MergeLayers] = []
    warnings: list[str] = []
    pairs = list(zip(chain, chain[1:]))
    why = [_hindrance(target, base, top, released, world) for base, top in pairs]
    number = 0
    while number < len(pairs):
        base, top = pairs[number]
        if why[number]:
            if why[number] is not _AS_IT_IS and base in released:
                warnings.append(f"state: '{base}' stays as it is, because {why[number]}.")
            number += 1
            continue
        bases = {base}
        # What rests on it may go into it as well.
        while number + 1 < len(pairs) and not why[number + 1]:
            number += 1
            bases.add(top)
            top = pairs[number][1]
        pools = tuple(dict.fromkeys(world.volumes[one].pool for one in (base, top)))
        lost = [one.name for one in gone if one.external and one.files.get(target) in bases]
        merges.append(actions.MergeLayers(world.vm, target, base, top, pools, lost))
        number += 1
        world = _merged(target, base, top, world)
    return merges, warnings, world


_AS_IT_IS = "it is needed as it is"


def _hindrance(target: str, base: str, top: str, released: set[str], world: World) -> str:
    """Why what a file holds does not go into the one below it; "" where it does."""
    if any(one.external and one.files.get(target) == base for one in world.moments):
        return _AS_IT_IS
    if base not in released and not (world.owns(base) and world.owns(top)):
        return _AS_IT_IS
    if top not in world.volumes or base not in world.volumes:
        return "it is in no active pool"
    inside = [one.name for one in world.moments if not one.external and top in one.files.values()]
    if inside:
        return f"the snapshot {inside[0]} is inside of '{top}'"
    idle = world.garbage()
    # A merge leads those of the disk's own chain to the base, and no other.
    chain = world.chain(world.disks[target].path)
    resting = [path for path in world.overlays(base) if path != top]
    resting += [path for path in world.overlays(top) if path not in chain]
    others = [path for path in resting if path not in idle]
    if others:
        return f"'{others[0]}' rests on it"
    for path in (base, top):
        if path in world.others:
            return f"{', '.join(world.others[path])} uses it"
    elsewhere = {disk.path for disk in world.disks.values() if disk.target != target}
    return _AS_IT_IS if {*world.fixed, *elsewhere} & {base, top} else ""


def _merged(target: str, base: str, top: str, world: World) -> World:
    """The world with a chain shortened: what was on top is now in the base."""
    volumes = dict(world.volumes)
    for path in world.overlays(top):
        volumes[path] = replace(volumes[path], backing=base)
    disks = dict(world.disks)
    if disks[target].path == top:
        disks[target] = _lies_in(disks[target], base, world)
    moments = [
        replace(one, files={**one.files, target: base}) if one.files.get(target) == top else one
        for one in world.moments
    ]
    return replace(world, volumes=volumes, disks=disks, moments=tuple(moments))


def _lies_in(disk: Disk, path: str, world: World) -> Disk:
    return replace(disk, path=path, format=world.volumes[path].format or disk.format)


def _kept(stay: list[Moment], world: World) -> tuple[list[Moment], list[Action]]:
    """The snapshots that stay, each after one that stays, and their new definitions."""
    names = {one.name for one in stay}
    moments: list[Moment] = []
    steps: list[Action] = []
    for one in stay:
        parent = one.parent
        while parent is not None and parent not in names:
            above = world.moment(parent)
            parent = above.parent if above else None
        old = world.moment(one.name)
        moved = {
            target: path
            for target, path in one.files.items()
            if old and old.files.get(target) != path
        }
        if one.xml and (parent != one.parent or moved):
            root = tree.parse(one.xml)
            reparented(root, parent)
            for tag in DEFINITIONS:
                definition = root.find(tag)
                for target, path in moved.items():
                    if definition is not None:
                        switch(definition, target, path, world.volumes[path].format or "raw")
            xml = tree.render(root)
            steps.append(actions.RedefineSnapshot(world.vm, one.name, xml))
            one = replace(one, xml=xml)
        moments.append(replace(one, parent=parent))
    return moments, steps


def _forgotten(gone: list[Moment], world: World) -> list[Action]:
    """Children before their parents: libvirt would write into those that it finds below."""
    steps: list[Action] = []
    # libvirt tells parents first.
    for one in reversed(gone):
        kind = actions.ForgetSnapshot if one.external else actions.DeleteSnapshot
        steps.append(kind(world.vm, one.name))
    return steps


def _needless(gone: list[Moment], later: World) -> tuple[list[str], list[str]]:
    """The files that nothing needs any more, and what is said of those that are not ours."""
    idle = later.garbage()
    needed = {disk.path for disk in later.disks.values()}
    for one in later.moments:
        needed |= {*one.files.values()}
    files = {
        path
        for one in gone
        if one.external
        for path in (*one.files.values(), *one.overlays.values(), one.memory_path or "")
    }
    left = sorted(
        path
        for path in files - needed - {*idle}
        if path in later.volumes and not later.owns(path) and not later.overlays(path)
    )
    told = [f"state: '{path}' is needed no more, and stays: it is not of this vm." for path in left]
    return idle, told
