# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a snapshot, and a snapshot as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.halted import brought_down
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import look_at_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.kind import left_out
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import Moment
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.remove import remove
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.report import (
    report_snapshot,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.retention import outdated
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.revert import revert
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.take import Taken, take
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import (
    World,
    look_around,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.snapshot import SNAPSHOT
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# What only a new one, one that goes, or one that is gone back to takes.
_ONLY = {
    "memory": "present",
    "quiesce": "present",
    "description": "present",
    "descendants": "absent",
    "start": "reverted",
}


def plan_snapshot(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a snapshot, removes it with others, or goes back to it."""
    _misplaced(given)
    if seen is None:
        return Plan()
    if not seen.persistent:
        raise VmrtError(
            f"the vm '{seen.name}' is transient: its snapshots would go with it",
            option="vm",
            hint="Define it with virsh first.",
        )
    ended, seen = brought_down(seen, facts)
    plan = _planned(given, seen, facts)
    return replace(plan, actions=(*ended, *plan.actions))


def _planned(given: Mapping[str, Any], seen: Seen, facts: NodeFacts) -> Plan:
    world = look_around(seen, facts)
    found = world.moment(given.get("name"))
    if given["state"] == "reverted":
        return _reverted(given, found, seen, world, facts)
    if given["state"] == "absent":
        return _removed(_named(given, found, world), None, seen, world, "name")
    taken = None
    if found is None and given.get("name"):
        taken = take(given, seen, world, facts)
    later = taken.world if taken else world
    if not given.get("keep"):
        return _told(taken, [], world, later, seen, [])
    doomed = outdated(given["keep"], later.moments)
    if taken and given["name"] in doomed:
        raise VmrtError(
            f"no rule would keep '{given['name']}'", option="keep", hint="Say last: 1 or more."
        )
    return _removed(doomed, taken, seen, later, "keep")


def _misplaced(given: Mapping[str, Any]) -> None:
    state = given["state"]
    for option, where in _ONLY.items():
        if option in given and state != where:
            raise VmrtError(
                f"means nothing with state={state}", option=option, hint="Leave it out."
            )
    if given.get("keep") and state != "present":
        raise VmrtError(f"means nothing with state={state}", option="keep", hint="Leave it out.")
    if "name" not in given and not given.get("keep"):
        raise VmrtError("is needed", option="name")


def _named(given: Mapping[str, Any], found: Moment | None, world: World) -> list[str]:
    if found is None:
        return []
    names = [found.name]
    if given.get("descendants"):
        # Parents come first.
        for one in world.moments:
            if one.parent in names:
                names.append(one.name)
    return names


def _removed(names: list[str], taken: Taken | None, seen: Seen, world: World, option: str) -> Plan:
    """Also without names: an earlier run may not have come to its end."""
    removal = remove(names, seen, world, option)
    return _told(taken, removal.actions, world, removal.world, seen, removal.warnings)


def _told(
    taken: Taken | None,
    steps: list[Action],
    before: World,
    after: World,
    seen: Seen,
    warnings: list[str],
) -> Plan:
    had = {one.name: one.kind for one in before.moments if not taken or one.name != taken.name}
    has = {one.name: one.kind for one in after.moments}
    chosen = (
        {"kind": taken.kind, "kind_reason": taken.reason, "memory": taken.memory} if taken else {}
    )
    missing = left_out(tree.parse(seen.xml), taken.kind) if taken else []
    return Plan(
        (*(taken.actions if taken else ()), *steps),
        before={"snapshots": had},
        after={"snapshots": has},
        filled=chosen,
        warnings=(*missing, *warnings),
    )


def _reverted(
    given: Mapping[str, Any], found: Moment | None, seen: Seen, world: World, facts: NodeFacts
) -> Plan:
    if found is None:
        raise VmrtError(
            f"'{seen.name}' has no snapshot '{given['name']}'",
            option="name",
            hint=f"It has: {', '.join(one.name for one in world.moments) or 'none'}.",
        )
    steps, warnings = revert(given, found, seen, world, facts)
    current = next((one.name for one in world.moments if one.current), None)
    return Plan(
        tuple(steps),
        before={"current": current, "paths": _paths(world)},
        after={"current": found.name if steps else current, "state": "as in the snapshot"}
        if steps
        else {"current": current, "paths": _paths(world)},
        warnings=tuple(warnings),
    )


def _paths(world: World) -> dict[str, str]:
    return {disk.target: disk.path for disk in world.disks.values()}


SNAPSHOT_RESOURCE = Resource(
    schema=SNAPSHOT,
    look=look_at_vm,
    plan=plan_snapshot,
    report=report_snapshot,
)
