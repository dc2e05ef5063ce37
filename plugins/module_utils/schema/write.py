# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values to XML: on an empty element this renders, on an existing one it edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    Item,
    items,
    match,
    places,
    read,
    read_value,
)

GONE = "absent"


def write(schema: Schema, values: Mapping[str, Any], root: tree.Element) -> None:
    """Put values in their places. What already says the same is left as it is written, and what no
    value speaks of is not touched."""
    fresh = not len(root) and not root.attrib
    for place, text in {**schema.match, **(schema.constant if fresh else {})}.items():
        if isinstance(text, str):
            tree.ensure(root, place).put(text)
        elif fresh and text[0]:
            tree.ensure(root, place).put(text[0])
    if not fresh:
        _clear_excluded(schema, values, root)
    for one in schema.fields:
        value = values.get(one.name)
        if value is None or not one.places:
            continue
        _clear_selected(one, value, root, schema)
        if one.of and one.many:
            _write_items(one, value, root, schema)
        elif one.of:
            _write_nested(one, value, values, root, schema)
        elif one.type == "list":
            _write_list(one, value, root, schema)
        else:
            _write_value(one, value, values, root, schema, fresh)


def element_of(one: Field, values: Mapping[str, Any]) -> tree.Element:
    """A new element of a nested field, outside any document."""
    element = tree.new(tree.split(one.places[0])[0][-1])
    write(one.schema, values, element)
    return element


def _write_value(
    one: Field,
    value: Any,
    values: Mapping[str, Any],
    root: tree.Element,
    schema: Schema,
    fresh: bool,
) -> None:
    known = _known(one, values, root, schema)
    if not places(one, known):
        return
    place, *others = places(one, known)
    now = read_value(one, root, known)
    # A new thing says in each place what it is, also where another place implies it.
    implied = fresh and not tree.find(root, place) and any(tree.find(root, at) for at in others)
    if now is not None and one.same(value, now) and one.codec.removes != value and not implied:
        return
    if one.codec.removes is not None and value == one.codec.removes:
        tree.remove(root, place)
    else:
        one.codec.write(tree.ensure(root, place, schema.order), value)
        for twin in one.twins:
            if twin != place:
                tree.remove(root, twin)


def _known(
    one: Field, values: Mapping[str, Any], root: tree.Element, schema: Schema
) -> Mapping[str, Any]:
    """The values with the one that selects the place of a field, which the element may say."""
    if one.by is None or not isinstance(one.at, Mapping):
        return values
    selected = values.get(one.by or "") or read(schema, root).get(one.by or "")
    return {**values, one.by or "": selected}


def _clear_selected(one: Field, value: Any, root: tree.Element, schema: Schema) -> None:
    """When a selector such as ``type`` changes, what stands in the places it selected goes."""
    led = schema.led.get(one.name)
    if led and one.same(value, read_value(one, root, {})) is False:
        for field in led:
            for place in field.places:
                tree.remove(root, place)


def _clear_excluded(schema: Schema, values: Mapping[str, Any], root: tree.Element) -> None:
    """Of options that exclude each other, the one that is given takes the place of the others."""
    for names in schema.mutually_exclusive:
        given = [name for name in names if values.get(name) is not None]
        for name in names if given else ():
            one = schema[name]
            if name not in given and isinstance(one.at, str) and not one.of:
                tree.remove(root, one.at)


def _write_list(one: Field, value: list[Any], root: tree.Element, schema: Schema) -> None:
    place = one.places[0]
    steps, attribute = tree.split(place)
    now = [one.codec.read(tree.Spot(e, attribute)) for e in tree.children(root, place)]
    if one.same(value, now):
        return
    for element in list(tree.children(root, place)):
        element.getparent().remove(element)
    for item in value:
        element = tree.append(root, "/".join(steps), schema.order)
        one.codec.write(tree.Spot(element, attribute), item)


def _write_nested(
    one: Field,
    value: Mapping[str, Any],
    values: Mapping[str, Any],
    root: tree.Element,
    schema: Schema,
) -> None:
    place = next(iter(places(one, _known(one, values, root, schema))), None)
    if place is None:
        return
    if value.get("state") == GONE:
        tree.remove(root, place)
    elif any(field.places and value.get(field.name) is not None for field in one.schema.fields):
        new = tree.find(root, place) is None
        element = tree.ensure(root, place, schema.order).element
        write(one.schema, value, element)
        empty = not len(element) and not element.attrib and not element.text
        if new and "state" not in one.schema and empty:
            # All that was said of it is what its absence means.
            tree.remove(root, place)


def _write_items(
    one: Field, value: list[Mapping[str, Any]], root: tree.Element, schema: Schema
) -> None:
    if one.schema.key is None:
        _replace_items(one, value, root, schema)
        return
    key = one.schema.ident
    # Only what was there before: nothing that is written here is taken for another thing.
    found = list(items(one, root))
    for wanted in value:
        item = None if wanted.get(key) is None else match(one.schema, wanted, found)
        found = [other for other in found if other is not item]
        if wanted.get("state") == GONE:
            if item is not None:
                item.element.getparent().remove(item.element)
            continue
        element = tree.append(root, one.places[0], schema.order) if item is None else item.element
        if _is_known(one.schema, wanted, item):
            wanted = {**wanted, key: None}
        write(one.schema, wanted, element)


def _is_known(schema: Schema, wanted: Mapping[str, Any], item: Item | None) -> bool:
    """Is it known by its name without an alias of ours? What is built into a machine, such as its
    first controllers, must not have one: QEMU knows it by a name of its own."""
    name = wanted.get(schema.ident)
    if item is not None:
        return not item.ours and item.values.get(schema.ident) == name
    numbered = schema.numbered is not None and wanted.get(schema.numbered) is not None
    return bool(numbered and schema.derive and schema.derive(wanted) == name)


def _replace_items(
    one: Field, value: list[Mapping[str, Any]], root: tree.Element, schema: Schema
) -> None:
    """A list whose things have no key is one value."""
    if one.same(value, [item.values for item in items(one, root)]):
        return
    for item in list(items(one, root)):
        item.element.getparent().remove(item.element)
    for wanted in value:
        write(one.schema, wanted, tree.append(root, one.places[0], schema.order))
