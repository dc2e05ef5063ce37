# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a pool, and a pool as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BuildPool,
    Start,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change, diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import initial
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

# Distributions label what is in here for the use by machines.
_IMAGES = "/var/lib/libvirt/images"


def plan_pool(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a pool, or its absence, to what was given."""
    if given["state"] == "absent":
        return activity.remove("pool", seen)
    wanted = dict(given) if seen else {**_new(given["name"]), **given}
    edited = tree.parse(seen.xml) if seen else tree.new(POOL.tag)
    changes = diff(POOL, wanted, edited, {"autostart": seen.autostart}) if seen else []
    folder = [change for change in changes if change.apply is Apply.RESTART]
    raise_all([*fixed(changes), *_conflicts(wanted, folder, seen, facts)])
    write(POOL, wanted, edited)

    return Plan(
        actions=(
            *activity.define("pool", given["name"], seen, edited),
            *activity.set_autostart("pool", given, seen),
            *_switch(wanted, bool(folder), seen, read(POOL, edited)["type"]),
        ),
        changes=tuple(changes),
        before=activity.before(changes, given, seen),
        after=activity.after(POOL, changes, wanted, seen),
        restart_required=_pending(wanted, seen),
        filled=activity.filled(POOL, wanted, given, seen),
    )


def initial_target(name: str) -> str:
    """The folder of a new pool whose target nobody gave."""
    return _IMAGES if name == "default" else f"{_IMAGES}/{name}"


def _new(name: str) -> dict[str, Any]:
    return {**initial(POOL), "target": initial_target(name)}


def _switch(wanted: Mapping[str, Any], folder: bool, seen: Seen | None, kind: str) -> list[Action]:
    """Start or stop the pool; its folder is made while it is not active, as libvirt wants it."""
    steps = activity.switch("pool", wanted, seen)
    starts = any(isinstance(step, Start) for step in steps)
    stays_active = bool(seen and seen.active) and not steps
    # To build a pool of any other kind may mean to format a device.
    if kind != "dir" or stays_active or not (starts or folder or seen is None):
        return steps
    build = BuildPool(wanted["name"])
    return [build, *steps] if starts else [*steps, build]


def _pending(wanted: Mapping[str, Any], seen: Seen | None) -> tuple[str, ...]:
    if seen is None or seen.live_xml is None or not activity.becomes_active(wanted, seen):
        return ()
    return tuple(change.path for change in diff(POOL, wanted, tree.parse(seen.live_xml)))


def _conflicts(
    wanted: Mapping[str, Any], folder: list[Change], seen: Seen | None, facts: NodeFacts
) -> list[VmrtError]:
    """A folder belongs to one pool."""
    if seen and not any(change.path == "target" for change in folder):
        return []
    others = (facts.pool(name) for name in facts.pool_names if name != wanted["name"])
    return [
        VmrtError(
            f"{wanted['target']} belongs to the pool '{other.name}' already",
            option="target",
            hint="Use that pool, or give this one a folder of its own.",
        )
        for other in others
        if other and other.target == wanted["target"]
    ]


def report_pool(observer: Observer, name: str) -> dict[str, Any]:
    """Values of the schema POOL for one pool; one that is not there is absent."""
    values = activity.report(POOL, observer, name)
    seen = observer.pool(name)
    if seen is None or not seen.active:
        return values
    room = ("capacity", "allocation", "available")
    return {**values, **{one: getattr(seen, one) for one in room}}


POOL_RESOURCE = Resource(
    schema=POOL,
    look=lambda observer, given: observer.look("pool", given["name"]),
    plan=plan_pool,
    report=lambda observer, given: report_pool(observer, given["name"]),
)
