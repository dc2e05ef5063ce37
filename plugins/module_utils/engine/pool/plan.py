# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes a pool to what its options say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BuildPool,
    RefreshPool,
    Start,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.check import check_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.place import initial_target
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.removal import plan_removal
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import (
    FOLDERS,
    POOL,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change, diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import initial
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

# What libvirt gives a folder when it builds the pool.
_BUILT = ("target", "mode", "owner", "group", "cow")


def plan_pool(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a pool, or its absence, to what was given."""
    if given["state"] == "absent":
        return plan_removal(given, seen, facts)
    wanted = dict(given) if seen else _new(given)
    edited = tree.parse(seen.xml) if seen else tree.new(POOL.tag)
    changes = diff(POOL, wanted, edited, {"autostart": seen.autostart}) if seen else []
    raise_all([*fixed(changes), *check_pool(wanted, seen, facts)])
    write(POOL, wanted, edited)

    return Plan(
        actions=(
            *activity.define("pool", given["name"], seen, edited),
            *_build(given, seen),
            *activity.set_autostart("pool", given, seen),
            *_switch(wanted, changes, seen, read(POOL, edited)["type"]),
            *_refresh(given, seen),
        ),
        changes=tuple(changes),
        before=activity.before(changes, given, seen),
        after=activity.after(POOL, changes, wanted, seen),
        restart_required=_pending(wanted, seen),
        filled=activity.filled(POOL, wanted, given, seen),
    )


def _new(given: Mapping[str, Any]) -> dict[str, Any]:
    target = initial_target(given)
    return {**initial(POOL), **({"target": target} if target else {}), **given}


def _build(given: Mapping[str, Any], seen: Seen | None) -> list[Action]:
    """Only what is new is formatted."""
    if seen or not given.get("build"):
        return []
    return [BuildPool(given["name"], given["build"])]


def _switch(
    wanted: Mapping[str, Any], changes: list[Change], seen: Seen | None, kind: str
) -> list[Action]:
    """Start or stop the pool; its folder is made while it is not active, as libvirt wants it."""
    steps = activity.switch("pool", wanted, seen)
    starts = any(isinstance(step, Start) for step in steps)
    stays_active = bool(seen and seen.active) and not steps
    made = wanted.get("build") and seen is None
    another = any(change.path in _BUILT for change in changes)
    if kind not in FOLDERS or made or stays_active or not (starts or another or seen is None):
        return steps
    build = BuildPool(wanted["name"])
    return [build, *steps] if starts else [*steps, build]


def _refresh(given: Mapping[str, Any], seen: Seen | None) -> list[Action]:
    """One that starts is looked at anyway."""
    active = seen is not None and seen.active and activity.becomes_active(given, seen)
    return [RefreshPool(given["name"])] if given.get("refresh") and active else []


def _pending(wanted: Mapping[str, Any], seen: Seen | None) -> tuple[str, ...]:
    if seen is None or seen.live_xml is None or not activity.becomes_active(wanted, seen):
        return ()
    return tuple(change.path for change in diff(POOL, wanted, tree.parse(seen.live_xml)))
