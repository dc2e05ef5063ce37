# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written is read back: for any values that the declarations allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Owner,
    Schema,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise, show
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write
from tests.unit.support.schemas import all_schemas
from tests.unit.support.wishes import values

# What only libvirt writes is only read.
SCHEMAS = {
    schema.name: schema
    for schema in all_schemas()
    if any(one.places and one.owner is not Owner.REPORTED for one in schema.fields)
}
each_schema = pytest.mark.parametrize("name", sorted(SCHEMAS))


def through_text(schema: Schema, wanted: Mapping[str, Any], root: tree.Element) -> tree.Element:
    """The element as libvirt would get it, and give it back."""
    write(schema, wanted, root)
    return tree.parse(tree.render(root))


def says(schema: Schema, root: tree.Element, wanted: Mapping[str, Any]) -> bool:
    """Is everything that is wanted found, at any depth?"""
    return not diff(schema, wanted, root) and _holds(read(schema, root), wanted)


def _holds(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return all(_holds((found or {}).get(name), item) for name, item in wanted.items())
    if isinstance(wanted, list) and wanted and isinstance(wanted[0], Mapping):
        return len(found) == len(wanted) and all(map(_holds, found, wanted))
    return found == wanted or (found is None and wanted in ([], {}, False))


@each_schema
@given(data=st.data())
@settings(max_examples=15)
def test_written_is_read(name: str, data: Any):
    schema = SCHEMAS[name]
    wanted = normalise(schema, data.draw(values(schema, only_placed=True)))
    root = through_text(schema, wanted, tree.new(schema.tag or schema.name))
    assert says(schema, root, wanted)


@each_schema
@given(data=st.data())
@settings(max_examples=15)
def test_later_values_replace_earlier_ones(name: str, data: Any):
    """Whatever was there, a wish is fulfilled, and writing it again changes nothing."""
    schema = SCHEMAS[name]
    first = normalise(schema, data.draw(values(schema, only_placed=True)))
    second = normalise(schema, data.draw(values(schema, only_placed=True)))
    key = schema.key and {schema.key: second[schema.key]}
    root = through_text(schema, {**first, **(key or {})}, tree.new(schema.tag or schema.name))
    root = through_text(schema, second, root)
    assert not diff(schema, second, root)
    again = tree.copy(root)
    write(schema, second, again)
    assert tree.same(root, again)


@each_schema
@given(data=st.data())
@settings(max_examples=10)
def test_what_is_shown_can_be_declared(name: str, data: Any):
    """The way out of a result leads back in."""
    schema = SCHEMAS[name]
    wanted = normalise(schema, data.draw(values(schema)))
    assert normalise(schema, _unmasked(schema, show(schema, wanted), wanted)) == wanted


def _unmasked(schema: Schema, shown: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown without secrets, which no result gives back."""
    whole = {}
    for name, item in shown.items():
        one = schema[name]
        if one.no_log:
            item = wanted[name]
        elif one.of and one.many:
            item = [_unmasked(one.of, *pair) for pair in zip(item, wanted[name])]
        elif one.of:
            item = _unmasked(one.of, item, wanted[name])
        whole[name] = item
    return whole


@given(data=st.data())
@settings(max_examples=25)
def test_no_value_becomes_markup(data: Any):
    """Text that looks like XML stays text: the tree has the elements of an innocent wish."""
    innocent = {"name": "web1", "labels": {"role": "x"}, "cpu": {"mode": "custom", "model": "x"}}
    hostile = data.draw(st.sampled_from(["</name><memory>9</memory>", "]]>", "&amp;", "<!--", '"']))
    guilty = {
        **innocent,
        "labels": {hostile: hostile},
        "cpu": {"mode": "custom", "model": hostile},
    }
    trees = [
        through_text(VM, normalise(VM, wish), tree.new("domain")) for wish in (innocent, guilty)
    ]
    tags = [[element.tag for element in root.iter()] for root in trees]
    assert tags[0] == tags[1]
    assert says(VM, trees[1], normalise(VM, guilty))
