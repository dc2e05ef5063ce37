# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a running vm does not have yet of its definition: options that wait for its restart.

Both definitions are compared. Where libvirt writes something else into the live one (a CPU mode
becomes the model that was found), the comparison tells nothing; there the metadata of the inactive
definition says what the vm was started with. libvirt copies it into the live definition at the next
start, so that what both say alike is past.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change, diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    Item,
    items,
    match,
    read,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import (
    normalise,
    show_value,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

# Lists that libvirt writes into a live definition where the other one has their number alone.
_COUNTED = ("io_thread_ids",)
_CONTROLLERS = VM["controllers"]
_EXPANDING = frozenset(one.name for one in VM.fields if one.expands)


def expands(change: Change) -> bool:
    """Does libvirt write something else into the live definition?"""
    return change.path.partition(".")[0] in _EXPANDING


def pending(edited: tree.Element, live: tree.Element) -> list[str]:
    """The options that differ between an inactive definition and the one in force."""
    values = read(VM, edited)
    found = [change.path for change in _changes(values, live)]
    waits = [*found, *_leftover(values, live), *_expanded(values, live)]
    # What libvirt added for a device that waits comes with that device.
    foreign = {f"{_CONTROLLERS.name}[{one.values['name']}]" for one in _foreign(edited)}
    return [path for path in waits if path not in foreign] or waits


def _foreign(root: tree.Element) -> list[Item]:
    """The controllers without our alias."""
    return [one for one in items(_CONTROLLERS, root) if not one.ours]


def _changes(values: Mapping[str, Any], live: tree.Element) -> list[Change]:
    return [one for one in diff(VM, values, live) if not expands(one) and not _filled(one)]


def in_force(config: tree.Element, live: tree.Element) -> dict[str, Any]:
    """What a running vm has of options to which its definition gives another value."""
    values = read(VM, config)
    now = {one.path: one.as_dict()["before"] for one in _changes(values, live)}
    return {**now, **_expanded(values, live)}


def _filled(change: Change) -> bool:
    """Does only the live definition say it, because libvirt found it out at the start?"""
    return change.field.owner is Owner.FILLED and change.after == []


def mark(
    changes: list[Change], root: tree.Element, edited: tree.Element, live: tree.Element | None
) -> None:
    """Keep in the edited definition what the running vm was started with, where that changes."""
    if live is None:
        return
    config = read(VM, root)
    known = _marks(config)
    past = _marks(read(VM, live))
    marks = dict(known)
    for name in sorted({change.path.partition(".")[0] for change in changes if expands(change)}):
        if known.get(name) == past.get(name):
            marks[name] = json.dumps(show_value(VM[name], config.get(name) or {}), sort_keys=True)
    if marks != known:
        write(VM, {"status": {"started_with": marks}}, edited)


def _marks(values: Mapping[str, Any]) -> dict[str, str]:
    return (values.get("status") or {}).get("started_with") or {}


def _leftover(values: Mapping[str, Any], live: tree.Element) -> list[str]:
    """Devices that only the running vm has."""
    paths = []
    has = read(VM, live)
    for one in VM.fields:
        if has.get(one.name) in (None, []) or (one.name in _COUNTED and not values.get(one.name)):
            continue
        if one.of and one.many and one.of.key:
            found = list(items(one, live))
            kept = [match(one.of, device, found) for device in values.get(one.name) or ()]
            gone = [item for item in found if not any(item is other for other in kept)]
            paths += [f"{one.name}[{item.values.get(one.of.key)}]" for item in gone]
        elif one.of and one.places and "state" in one.of and one.name not in values:
            paths += [one.name] if tree.find(live, one.places[0]) else []
    return paths


def _expanded(values: Mapping[str, Any], live: tree.Element) -> dict[str, Any]:
    """What the vm was started with of options that libvirt expands, where something else is said
    now."""
    marks = _marks(values)
    past = _marks(read(VM, live))
    found: dict[str, Any] = {}
    for name in sorted(_EXPANDING & set(marks)):
        if marks[name] == past.get(name):
            continue
        now = {name: values.get(name) or {}}
        started = _element(normalise(VM, {name: json.loads(marks[name])}))
        told = {one.path: one.as_dict()["before"] for one in diff(VM, now, started)}
        # What was said then and is said no longer follows from what is said now, if anything is.
        found.update(
            told
            or {
                one.path: one.as_dict()["after"]
                for one in diff(VM, read(VM, started), _element(now))
            }
        )
    return found


def _element(values: Mapping[str, Any]) -> tree.Element:
    root = tree.new(VM.tag)
    write(VM, values, root)
    return root
