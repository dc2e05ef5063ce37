# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An overlay that goes into the volume that it rests on, under the vm that has it as a disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BlockResize,
    DeleteVolume,
    ResizeVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.actions import (
    MergeLayers,
    OwnVolumes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import (
    CommitVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import layer_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    layers,
    same_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.flatten import (
    free_of_snapshots,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import (
    naming,
    overlays,
    vms,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, read

_OPTION = "commit_from"


@dataclass(frozen=True)
class Commit:
    """The steps, and the volume as it is after them."""

    steps: tuple[Action, ...]
    volume: VolumeSeen


def commit(given: Mapping[str, Any], facts: NodeFacts) -> Commit | None:
    """None where the overlay is gone. Raises VmrtError where it can not go into the volume."""
    pool = given.get("commit_pool", given["pool"])
    usable_pool(given["pool"], "pool", facts)
    usable_pool(pool, "commit_pool", facts)
    base, top = facts.volume(given["pool"], given["name"]), facts.volume(pool, given[_OPTION])
    if base is None:
        raise VmrtError(
            f"there is no volume '{given['name']}' in the pool '{given['pool']}'",
            option="name",
            hint=f"Name the volume that '{given[_OPTION]}' rests on.",
        )
    if top is None:
        return None
    same_machine(facts)
    layers(top, _OPTION, facts)
    _rests(top, base)
    _alone(top, base, facts)
    free_of_snapshots(top, [top, base], _OPTION, facts)
    user = _user(top, base, facts)
    steps = _steps(top, base, user, facts)
    has = max(base.capacity or 0, top.capacity or 0)
    size = given.get("size")
    if size and size > has:
        steps.append(
            BlockResize(user.vm, user.target, size, base.path)
            if user and user.running
            else ResizeVolume(base.pool, base.name, size)
        )
    return Commit(tuple(steps), replace(base, capacity=has))


def _rests(top: VolumeSeen, base: VolumeSeen) -> None:
    if top.backing != base.path:
        raise VmrtError(
            f"'{top.name}' does not rest on '{base.name}', but on "
            f"{ascii(top.backing)[1:-1] if top.backing else 'nothing'}",
            option=_OPTION,
            hint="Name the volume right below it.",
        )
    for one, option in ((top, _OPTION), (base, "name")):
        if one.encrypted:
            raise VmrtError(f"'{one.name}' is encrypted, and can not be read", option=option)


def _alone(top: VolumeSeen, base: VolumeSeen, facts: NodeFacts) -> None:
    """Raise VmrtError where what else rests on either would not be what it was."""
    came = facts.arrival(base.path)
    if came:
        raise VmrtError(
            f"'{base.name}' is an image, which stays as it is",
            option="name",
            hint=f"Have '{top.name}' take the image in instead, with flat=true.",
        )
    others = [*overlays(top, facts), *(one for one in overlays(base, facts) if one != top)]
    if others:
        below = top if others[0].backing == top.path else base
        raise VmrtError(
            f"{others[0].pool}/{others[0].name} rests on '{below.name}' as well",
            option=_OPTION if below is top else "name",
            hint="Have that rest on nothing first, with flat=true.",
        )


def _user(top: VolumeSeen, base: VolumeSeen, facts: NodeFacts) -> User | None:
    """The one disk that the overlay is, if any."""
    users = facts.users.get(top.path, ())
    names = {vm for one in (top, base) for vm in (*vms(one, facts), *naming(one, facts))}
    if len(users) > 1 or len(names) > 1:
        raise VmrtError(
            f"they are used more than once: {', '.join(sorted(names))}",
            option=_OPTION,
            hint="Take them away from all vms but one first.",
        )
    itself = any(not user.backing for user in facts.users.get(base.path, ()))
    if itself or (names and not users):
        raise VmrtError(
            f"the vm '{min(names)}' goes on with '{base.name}' itself, and what it wrote there "
            "would be lost",
            option=_OPTION,
            hint=f"If '{top.name}' was merged before, remove it with state=absent.",
        )
    return users[0] if users else None


def _steps(top: VolumeSeen, base: VolumeSeen, user: User | None, facts: NodeFacts) -> list[Action]:
    end = DeleteVolume(top.pool, top.name)
    seen = facts.vm(user.vm) if user else None
    if user is None or seen is None:
        merge = CommitVolume(
            base.pool, base.name, f"{top.pool}/{top.name}", top.path, layer_of(base)
        )
        return [merge, end]
    _goes_over(seen, user)
    pools = tuple(dict.fromkeys((base.pool, top.pool)))
    steps: list[Action] = [MergeLayers(user.vm, user.target, base.path, top.path, pools)]
    owned = owned_volumes(read(VM, tree.parse(seen.xml)))
    gone = f"{top.pool}/{top.name}"
    if gone in owned:
        steps.append(OwnVolumes(seen.name, tuple(one for one in owned if one != gone)))
    return [*steps, end]


def _goes_over(seen: Seen, user: User) -> None:
    """Raise VmrtError where a vm can not go on with another file."""
    if seen.saved:
        raise VmrtError(
            f"the memory of '{seen.name}' is saved on the node, with the disk where it is",
            option=_OPTION,
            hint="Start the vm, or drop that with vm_power and operation=remove_save.",
        )
    for item in items(VM["disks"], tree.parse(seen.live_xml or seen.xml)):
        if item.values["target"] == user.target and item.values.get("type") == "volume":
            raise VmrtError(
                f"the disk {item.values['name']} of '{seen.name}' is named as a volume of a pool, "
                "which libvirt does not have go over to another file",
                option=_OPTION,
                hint="Name it by its path in the vm.",
            )
