# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume that goes into another pool, under the vm that has it as a disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BlockResize,
    Define,
    ResizeVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.actions import OwnVolumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import switch
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import (
    MOVING,
    Layer,
    MoveVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import layer_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    folder,
    layers,
    same_machine,
    stays_inside,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.flatten import (
    free_of_snapshots,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import overlays
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_path
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read


@dataclass(frozen=True)
class Move:
    """The steps, and the volume as it is after them."""

    steps: tuple[Action, ...]
    volume: VolumeSeen


def move(given: Mapping[str, Any], facts: NodeFacts) -> Move | None:
    """None where it was moved already. Raises VmrtError where it can not be."""
    pool, name = given["pool"], given["name"]
    if given["move_from"] == pool:
        raise VmrtError("is the pool that the volume goes to", option="move_from")
    usable_pool(given["move_from"], "move_from", facts)
    usable_pool(pool, "pool", facts)
    source, there = facts.volume(given["move_from"], name), facts.volume(pool, name)
    if source is None and there is None:
        raise VmrtError(
            f"there is no volume '{name}' in the pool '{given['move_from']}' nor in '{pool}'",
            option="name",
            hint="Correct one of them, or leave move_from out to make a new one.",
        )
    if source is None:
        return None
    same_machine(facts)
    path = f"{folder(pool, facts)}/{name}"
    left, copied = _unfinished(path, source, there, facts)
    below = layers(source, "move_from", facts)
    _free(source, below, facts)
    backing = None if given.get("flat") or len(below) == 1 else below[1]
    user = _user(path if copied else source.path, facts)
    seen = facts.vm(user.vm) if user else None
    running = bool(user and user.running)
    if source.encrypted:
        _as_it_is(source, user, flat=bool(given.get("flat") and source.backing))
    if seen and seen.saved:
        raise VmrtError(
            f"the memory of '{seen.name}' is saved on the node, with the disk where it is",
            option="move_from",
            hint="Start the vm, or drop that with vm_power and operation=remove_save.",
        )
    layout = {"compat": source.compat, "cluster_size": source.cluster_size}
    # What is encrypted is copied byte for byte.
    plain = not source.encrypted
    moved = replace(source, pool=pool, path=path, backing=backing.path if backing else None)
    steps: list[Action] = [
        MoveVolume(
            pool,
            name,
            given["move_from"],
            user.vm if user else None,
            user.target if user and running else None,
            path=path,
            capacity=source.capacity or 0,
            below=layer_of(source) if plain else Layer(source.path, "raw"),
            backing=layer_of(backing) if backing and plain else None,
            layout={key: value for key, value in layout.items() if value and plain},
            definition=_definition(seen, user, moved) if user and seen and not running else None,
            left=left,
            copied=copied,
        )
    ]
    if seen:
        steps += _owned(seen, source, moved)
    size = given.get("size")
    if size and size > (source.capacity or 0):
        steps.append(
            BlockResize(user.vm, user.target, size, path)
            if user and running
            else ResizeVolume(pool, name, size)
        )
    return Move(tuple(steps), moved)


def _as_it_is(source: VolumeSeen, user: User | None, flat: bool) -> None:
    """Raise VmrtError where what is encrypted would have to be opened."""
    if user and user.running:
        raise VmrtError(
            f"'{source.name}' is encrypted, and a disk of the running vm '{user.vm}'",
            option="move_from",
            hint="Shut that down first.",
        )
    if flat:
        raise VmrtError(
            f"'{source.name}' is encrypted, and moves as it is",
            option="flat",
            hint="Have it rest on nothing first, under the running vm that has it.",
        )


def _unfinished(
    path: str, source: VolumeSeen, there: VolumeSeen | None, facts: NodeFacts
) -> tuple[bool, bool]:
    """Did a run that did not come to its end leave a file, and does a vm use that already? Such a
    run leaves the mark beside it, too."""
    if there is None:
        return False, False
    ours = facts.is_file(part_path(f"{path}{MOVING}"))
    used, source_used = path in facts.users, source.path in facts.users
    if not ours or (used and source_used):
        raise VmrtError(
            f"the pools '{source.pool}' and '{there.pool}' both have a volume '{source.name}'",
            option="name",
            hint="Remove or rename one of them.",
        )
    return not used, used


def _free(source: VolumeSeen, below: list[VolumeSeen], facts: NodeFacts) -> None:
    stays_inside(source, "move_from", facts)
    resting = overlays(source, facts)
    if resting:
        raise VmrtError(
            f"{resting[0].pool}/{resting[0].name} rests on '{source.name}'",
            option="move_from",
            hint="Have that rest on nothing first, with flat=true.",
        )
    free_of_snapshots(source, below, "move_from", facts)


def _user(path: str, facts: NodeFacts) -> User | None:
    users = facts.users.get(path, ())
    if len(users) > 1:
        names = ", ".join(sorted({user.vm for user in users}))
        raise VmrtError(
            f"it is used more than once: {names}",
            option="move_from",
            hint="Take it away from all vms but one first.",
        )
    return users[0] if users else None


def _definition(seen: Seen, user: User, moved: VolumeSeen) -> Define:
    root = tree.parse(seen.xml)
    switch(root, user.target, moved.path, moved.format or "raw")
    return Define("vm", seen.name, tree.render(root), seen.fingerprint, seen.xml)


def _owned(seen: Seen, source: VolumeSeen, moved: VolumeSeen) -> list[Action]:
    """What the vm owns, it owns in the other pool too."""
    owned = owned_volumes(read(VM, tree.parse(seen.xml)))
    old, new = f"{source.pool}/{source.name}", f"{moved.pool}/{moved.name}"
    if old not in owned:
        return []
    return [OwnVolumes(seen.name, tuple(new if one == old else one for one in owned))]
