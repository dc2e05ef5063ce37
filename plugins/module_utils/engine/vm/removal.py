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
    Undefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up, stop
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import overlays, vms


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
    name = wanted["name"]
    actions: list[Action] = []
    if is_up(seen.state):
        actions += stop(name, wanted, seen.state)
    actions.append(Undefine("vm", name))
    owned = owned_volumes(config)
    if wanted["delete_disks"] != "owned":
        # The seed is no data: it is made from the declaration, and may hold secrets.
        owned = [one for one in owned if one.endswith(f"/{seed_volume(name)}")]
    deletes, warnings = delete_owned(name, owned, facts)
    return Plan(
        actions=(*actions, *deletes),
        before={"state": seen.state},
        after={"state": "absent"},
        warnings=tuple(warnings),
    )


def delete_owned(
    name: str, owned: Iterable[str], facts: NodeFacts
) -> tuple[list[Action], list[str]]:
    """Delete volumes, given as pool and name, but those that another vm or volume needs."""
    actions: list[Action] = []
    warnings: list[str] = []
    for one in owned:
        pool, _slash, volume = one.partition("/")
        seen = facts.volume(pool, volume)
        if seen is None:
            continue
        needed = [vm for vm in vms(seen, facts) if vm != name]
        needed += [overlay.name for overlay in overlays(seen, facts)]
        if needed:
            warnings.append(f"delete_disks: {one} is kept, because {', '.join(needed)} needs it.")
        else:
            actions.append(DeleteVolume(pool, volume))
    return actions, warnings
