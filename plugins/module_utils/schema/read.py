# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML to values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.index import Index

# What the name of a device may not hold, and how long it may be with a number behind it.
_UNFIT = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST = 28
# Much is the same in many definitions, and is read many times of one: what was read is kept, by
# what the element says. So many of them are kept at most.
_MOST_KNOWN = 4096
_known: dict[tuple[Schema, bytes], dict[str, Any]] = {}
# Of elements that are not changed: what was read, by schema or list. The caller holds the element.
_kept: dict[int, dict[Any, Any]] = {}


@dataclass(frozen=True)
class Item:
    """One element of a list: its values, and whether it carries our alias."""

    element: tree.Element
    values: dict[str, Any]
    ours: bool


def read(schema: Schema, root: tree.Element) -> dict[str, Any]:
    """Everything the schema knows that the element says; what it does not say is left out.

    What is in the values is shared by all that read the same, and is never changed.
    """
    kept = _kept.get(id(root))
    if kept is not None and schema in kept:
        return dict(kept[schema])
    key = (schema, tree.text(root))
    values = _known.get(key)
    if values is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        values = _known[key] = _read(schema, root)
    if kept is not None:
        kept[schema] = values
    return dict(values)


@contextmanager
def unchanging(root: tree.Element | None) -> Iterator[None]:
    """While an element is not changed, it and its lists are read once. Nothing checks that it is
    not."""
    if root is not None:
        _kept[id(root)] = {}
    try:
        yield
    finally:
        _kept.pop(id(root), None)


def _read(schema: Schema, root: tree.Element) -> dict[str, Any]:
    index = _index(schema)
    told = index.spoken_of(root)
    selected = tuple(
        _field(index.fields[number], root, {}) if number in told else _nothing(index, number)
        for number in index.selectors
    )
    values = dict(_blank(index, selected))
    for number in sorted(told):
        one = index.fields[number]
        value = _field(one, root, values)
        if value is not None:
            values[one.name] = value
    return values


@cache
def _index(schema: Schema) -> Index:
    return Index(schema)


@cache
def _blank(index: Index, selected: tuple[Any, ...]) -> Mapping[str, Any]:
    """What an element says of which nothing is known but the values that select places."""
    names = [index.fields[number].name for number in index.selectors]
    values = {name: value for name, value in zip(names, selected) if value is not None}
    for number, one in enumerate(index.fields):
        value = None if number in index.always else _field(one, tree.NOTHING, values)
        if value is not None:
            values.setdefault(one.name, value)
    return values


def _nothing(index: Index, number: int) -> Any:
    """What it means that nothing is said of a field."""
    return _field(index.fields[number], tree.NOTHING, {})


def _field(one: Field, root: tree.Element, values: Mapping[str, Any]) -> Any:
    if one.of and one.many:
        return [item.values for item in items(one, root)]
    if one.of:
        spot = find(one, root, values)
        return read(one.schema, spot.element) if spot else None
    if one.type == "list":
        return [
            one.codec.read(tree.Spot(element, tree.split(one.places[0])[1]))
            for element in tree.children(root, one.places[0])
        ] or one.absent
    return read_value(one, root, values)


def read_value(one: Field, root: tree.Element, values: Mapping[str, Any]) -> Any:
    """The value of a field that is neither nested nor a list."""
    where = places(one, values)
    if not where:
        return None
    for place in where:
        spot = tree.find(root, place)
        if spot is not None:
            value = one.codec.read(spot)
            if value is not None:
                return value
    return one.codec.missing if one.absent is None else one.absent


def find(one: Field, root: tree.Element, values: Mapping[str, Any]) -> tree.Spot | None:
    """Where a nested field that is no list stands now."""
    where = places(one, values)
    return tree.find(root, where[0]) if where else None


def places(one: Field, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Where a field stands; what other values select may have no place at all."""
    if one.by is not None and isinstance(one.at, Mapping):
        # An empty word stands for what is not said.
        place = one.at.get(values.get(one.by or "") or "")
        return (place,) if place else ()
    return one.places


def items(one: Field, root: tree.Element) -> Iterator[Item]:
    """The things in the list of a field; those without our alias get a derived name."""
    kept = _kept.get(id(root))
    if kept is None:
        return _items(one, root)
    if one not in kept:
        kept[one] = list(_items(one, root))
    return iter(kept[one])


def _items(one: Field, root: tree.Element) -> Iterator[Item]:
    schema = one.schema
    taken: Counter[str] = Counter()
    for element in tree.children(root, one.places[0]):
        if not _is_one(schema, element):
            continue
        values = read(schema, element)
        ours = not schema.key or values.get(schema.key) is not None
        if not ours and schema.key and schema.derive:
            name = _UNFIT.sub("-", schema.derive(values)).strip("-_")[:_LONGEST]
            taken[name] += 1
            # Two that nothing tells apart are told apart by their order.
            unique = name if taken[name] == 1 else f"{name}-{taken[name]}"
            values = {schema.key: unique, **values}
        yield Item(element, values, ours)


def _is_one(schema: Schema, element: tree.Element) -> bool:
    for attribute, value in schema.match.items():
        spot = tree.find(element, attribute)
        if (spot.text if spot else None) not in ([value] if isinstance(value, str) else value):
            return False
    return True


def match(schema: Schema, wanted: Mapping[str, Any], found: list[Item]) -> Item | None:
    """The thing that is wanted, among those found: by our alias, or adopted by an exact match."""
    key = wanted.get(schema.key or "")
    for item in found:
        if item.ours and item.values.get(schema.key or "") == key:
            return item
    adopted = [item for item in found if not item.ours and _adopts(schema, wanted, item)]
    # Two may have the same mark, such as a MAC address: then the name tells them apart.
    named = [item for item in adopted if item.values.get(schema.key or "") == key]
    return next(iter(named or adopted), None)


def _adopts(schema: Schema, wanted: Mapping[str, Any], item: Item) -> bool:
    marks = [name for name in schema.adopt if wanted.get(name) is not None]
    if marks:
        return any(wanted[name] == item.values.get(name) for name in marks)
    return bool(item.values.get(schema.key or "") == wanted.get(schema.key or ""))
