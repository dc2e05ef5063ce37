# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a vm, and of volumes that its declaration made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    DeleteVolume,
    Stop,
    Undefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up, stop
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.remains import (
    kept_state,
    losses,
    refusals,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import overlays, vms
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import raise_all


def seed_volume(name: str) -> str:
    """The name of the volume that holds a vm's seed."""
    return f"{name}-seed.iso"


def owned_volumes(config: Mapping[str, Any]) -> list[str]:
    """The volumes that the vm's declaration created, as pool and name."""
    return list((config.get("status") or {}).get("owned_volumes") or ())


def plan_removal(
    wanted: Mapping[str, Any], seen: Seen | None, config: Mapping[str, Any], facts: NodeFacts
) -> Plan:
    """Stop, then undefine, and only then delete: an error on the way leaves every volume."""
    if seen is None:
        return Plan()
    keeps = wanted["delete_disks"] != "owned"
    raise_all(refusals(wanted, seen, config, facts))
    name = wanted["name"]
    actions: list[Action] = []
    if is_up(seen.state):
        actions += stop(name, wanted, seen.state)
    elif seen.state == "crashed":
        actions.append(Stop("vm", name))
    if seen.persistent:
        actions.append(Undefine("vm", name, saved=seen.saved, keep_state=keeps))
    owned = owned_volumes(config)
    if keeps:
        # The seed is no data: it is made from the declaration, and may hold secrets.
        owned = [one for one in owned if one.endswith(f"/{seed_volume(name)}")]
    owned, shared = _without_shared(owned, config, facts)
    deletes, warnings = delete_owned(name, owned, facts)
    warnings += [*shared, *losses(seen), *(kept_state(config) if keeps else ())]
    return Plan(
        actions=(*actions, *deletes),
        before={"state": seen.state},
        after={"state": "absent"},
        warnings=tuple(warnings),
    )


def _without_shared(
    owned: list[str], config: Mapping[str, Any], facts: NodeFacts
) -> tuple[list[str], list[str]]:
    """The volumes that only this vm can have written to, and warnings about the others."""
    paths = {
        disk.get("path")
        for disk in config.get("disks", ())
        if disk.get("readonly") or disk.get("shareable")
    }
    kept = []
    for one in owned:
        volume = facts.volume(*one.split("/", 1))
        if volume and volume.path in paths:
            kept.append(one)
    told = [f"delete_disks: {one} is kept, because it is shared or read-only." for one in kept]
    return [one for one in owned if one not in kept], told


def delete_owned(
    name: str, owned: Iterable[str], facts: NodeFacts
) -> tuple[list[Action], list[str]]:
    """Delete volumes, given as pool and name, but those that another vm or volume needs."""
    left = [(one, facts.volume(*one.split("/", 1))) for one in owned]
    actions: list[Action] = []
    warnings: list[str] = []
    gone: set[str] = set()
    while True:
        # Those that go may rest on each other, as the files of a disk with snapshots do.
        free = [seen for _one, seen in left if seen and not _needing(name, seen, gone, facts)]
        if not free:
            break
        actions += [DeleteVolume(seen.pool, seen.name) for seen in free]
        gone |= {seen.path for seen in free}
        left = [(one, seen) for one, seen in left if seen and seen.path not in gone]
    for one, seen in left:
        if seen:
            needed = ", ".join(_needing(name, seen, gone, facts))
            warnings.append(f"delete_disks: {one} is kept, because {needed} needs it.")
    return actions, warnings


def _needing(name: str, volume: VolumeSeen, gone: set[str], facts: NodeFacts) -> list[str]:
    """Who needs a volume, but the vm itself and what is gone."""
    above = [one.name for one in overlays(volume, facts) if one.path not in gone]
    return [*(vm for vm in vms(volume, facts) if vm != name), *above]
