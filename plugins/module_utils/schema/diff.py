# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to change: only options the user gave are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    items,
    match,
    places,
    read,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show_value

ADDED = "added"
CHANGED = "changed"
REMOVED = "removed"


@dataclass(frozen=True)
class Change:
    """One option that is not as it should be. ``device`` is the list and the key of the thing in it
    that the option belongs to, without a key where a vm has at most one; ``path`` is what a user
    would call the option. ``item`` is the key of the innermost thing in a list."""

    path: str
    field: Field
    before: Any
    after: Any
    kind: str = CHANGED
    device: tuple[str, str | None] | None = None
    item: Any = None

    @property
    def apply(self) -> Apply:
        if self.field.from_start and not (self.before and self.after):
            return Apply.RESTART
        return self.field.apply or Apply.RESTART

    def as_dict(self) -> dict[str, Any]:
        """For a result: values as users write them, secrets masked."""
        return {
            "option": self.path,
            "before": show_value(self.field, self.before),
            "after": show_value(self.field, self.after),
        }


def diff(
    schema: Schema,
    wanted: Mapping[str, Any],
    root: tree.Element,
    extra: Mapping[str, Any] | None = None,
) -> list[Change]:
    """The changes that take an element to the wanted values.

    ``extra`` holds found values that XML does not, such as ``autostart``.
    """
    found = {**read(schema, root), **(extra or {})}
    both = {**found, **wanted}
    changes: list[Change] = []
    for one in schema.among(wanted):
        value = wanted[one.name]
        # What says the same needs no closer look.
        if value == found.get(one.name):
            continue
        if one.steers or one.owner is Owner.REPORTED:
            continue
        if one.of and one.many and one.schema.key:
            changes += _diff_items(one, value, root)
        elif one.of and not one.many and one.places:
            for place in places(one, both)[:1]:
                changes += _diff_nested(one, place, value, root, found)
        elif _is_kept(one, both, found) and not one.same(value, _found(one, found)):
            changes.append(Change(one.name, one, _found(one, found), value))
    return changes


def _found(one: Field, found: Mapping[str, Any]) -> Any:
    """What was found of a field; a list of things that is not there has none."""
    return found.get(one.name, [] if one.of and one.many else None)


def _is_kept(one: Field, both: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Is there a place for it, or was it found elsewhere?"""
    return bool(places(one, both)) or one.name in found


def _diff_nested(
    one: Field,
    place: str,
    value: Mapping[str, Any],
    root: tree.Element,
    found: Mapping[str, Any],
) -> list[Change]:
    spot = tree.find(root, place)
    # What can be there or not is a thing of its own.
    device = (one.name, None) if "state" in one.schema else None
    if value.get("state") == "absent":
        return [Change(one.name, one, found[one.name], None, REMOVED, device)] if spot else []
    if spot is None and device:
        has = {name: item for name, item in value.items() if not one.schema[name].steers}
        return [Change(one.name, one, None, has, ADDED, device)] if has else []
    element = spot.element if spot else tree.new(tree.split(place)[0][-1])
    return [
        replace(change, path=f"{one.name}.{change.path}", device=device)
        for change in diff(one.schema, value, element)
    ]


def _diff_items(one: Field, wanted: list[Mapping[str, Any]], root: tree.Element) -> list[Change]:
    changes: list[Change] = []
    found = list(items(one, root)) if wanted else []
    for value in wanted:
        key = value[one.schema.ident]
        path, device = f"{one.name}[{key}]", (one.name, key)
        item = match(one.schema, value, found)
        if value.get("state") == "absent":
            if item:
                changes.append(Change(path, one, item.values, None, REMOVED, device, key))
        elif item is None:
            changes.append(Change(path, one, None, dict(value), ADDED, device, key))
        elif not value.items() <= item.values.items():
            # The name of an adopted thing is the alias that it gets, which is nobody's change.
            changes += [
                replace(
                    change,
                    path=f"{path}.{change.path}",
                    device=device,
                    item=key if change.item is None else change.item,
                )
                for change in diff(
                    one.schema, {**value, one.schema.ident: None}, item.element, item.values
                )
            ]
    return changes
