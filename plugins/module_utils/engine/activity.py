# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What networks and pools share: a definition, autostart, and being active or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Define,
    SetAutostart,
    Start,
    Stop,
    Undefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show


def remove(kind: str, seen: Seen | None) -> Plan:
    """The end of a network or a pool."""
    if seen is None:
        return Plan()
    actions: list[Action] = [Stop(kind, seen.name)] if seen.active else []
    if seen.persistent:
        actions.append(Undefine(kind, seen.name))
    return Plan(tuple(actions), before={"state": seen.state}, after={"state": "absent"})


def define(kind: str, name: str, seen: Seen | None, edited: tree.Element) -> list[Action]:
    """Keep a definition, unless libvirt has it already."""
    if seen and seen.persistent and tree.same(tree.parse(seen.xml), edited):
        return []
    saw = (seen.fingerprint, seen.xml) if seen else ()
    return [Define(kind, name, tree.render(edited), *saw)]


def set_autostart(kind: str, given: Mapping[str, Any], seen: Seen | None) -> list[Action]:
    """Change autostart, where it is given and is another."""
    wanted = given.get("autostart")
    if wanted is None or wanted == (seen.autostart if seen else False):
        return []
    return [SetAutostart(kind, given["name"], wanted)]


def becomes_active(given: Mapping[str, Any], seen: Seen | None) -> bool:
    """Is it active when all is done?"""
    active = bool(seen and seen.active)
    return {"active": True, "inactive": False}.get(given["state"], active)


def switch(kind: str, given: Mapping[str, Any], seen: Seen | None) -> list[Action]:
    """Start or stop it, where that is wanted."""
    wanted = becomes_active(given, seen)
    if wanted == bool(seen and seen.active):
        return []
    return [Start(kind, given["name"]) if wanted else Stop(kind, given["name"])]


def before(
    changes: Iterable[Change], given: Mapping[str, Any], seen: Seen | None
) -> dict[str, Any]:
    """What is, as far as it is to change."""
    if seen is None:
        return {"state": "absent"}
    told = {change.path: change.as_dict()["before"] for change in changes}
    return told if becomes_active(given, seen) == seen.active else {**told, "state": seen.state}


def after(
    schema: Schema, changes: Iterable[Change], wanted: Mapping[str, Any], seen: Seen | None
) -> dict[str, Any]:
    """What is wanted instead."""
    active = becomes_active(wanted, seen)
    state = {"state": "active" if active else "inactive"}
    if seen is None:
        kept = {name: value for name, value in wanted.items() if not schema[name].steers}
        return {**show(schema, kept), **state}
    told = {change.path: change.as_dict()["after"] for change in changes}
    return told if active == seen.active else {**told, **state}


def filled(
    schema: Schema, wanted: Mapping[str, Any], given: Mapping[str, Any], seen: Seen | None
) -> dict[str, Any]:
    """What was chosen for a new thing."""
    return show(schema, {k: v for k, v in wanted.items() if k not in given}) if seen is None else {}


def report(schema: Schema, observer: Observer, name: str) -> dict[str, Any]:
    """Values of one network or pool; one that is not there is absent."""
    seen = observer.look(schema.name, name)
    if seen is None:
        return {"name": name, "state": "absent"}
    values = read(schema, tree.parse(seen.xml))
    return {**values, "autostart": seen.autostart, "state": seen.state}
