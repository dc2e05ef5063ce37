# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every option that is declared, whoever declares the next one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Owner, Schema
from tests.unit.support.schemas import all_schemas

SCHEMAS = all_schemas()
_TYPES = ("bool", "dict", "float", "int", "list", "path", "raw", "str")

each_schema = pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)


def test_the_model_is_found():
    assert {"vm", "disk", "nic", "cdrom", "node"} <= {schema.name for schema in SCHEMAS}


@each_schema
def test_has_a_sentence(schema: Schema):
    for one in schema.fields:
        docs = one.doc
        for text in [docs] if isinstance(docs, str) else docs:
            assert text.endswith("."), f"{one.name}: a sentence ends in a full stop"
            assert text[0].isupper(), f"{one.name}: a sentence begins with a capital letter"
            assert "  " not in text, f"{one.name}: words were joined with a space too many"


@each_schema
def test_schema_has_a_sentence(schema: Schema):
    assert re.fullmatch(r"[A-Z].*\.", schema.doc)


@each_schema
def test_names_are_unique(schema: Schema):
    names = [name for one in schema.fields for name in (one.name, *one.aliases)]
    assert [name for name, times in Counter(names).items() if times > 1] == []


@each_schema
def test_places_are_unique(schema: Schema):
    """Two fields at one place are lists of things that ``match`` tells apart."""
    places = Counter()
    for one in schema.fields:
        told_apart = tuple(sorted(one.of.match.items())) if one.of else ()
        # Where a second place is read, it belongs to another field.
        if isinstance(one.at, Mapping):
            places.update({(place, told_apart, one.by, word) for word, place in one.at.items()})
        else:
            places.update({(place, told_apart) for place in one.places[:1]})
    assert [place for place, times in places.items() if times > 1] == []


@each_schema
def test_what_matches_is_no_option(schema: Schema):
    places = {place for one in schema.fields for place in one.places}
    # Where several words match, an option may tell them apart.
    fixed = {place for place, text in schema.match.items() if isinstance(text, str)}
    assert places.isdisjoint(fixed)
    assert places.isdisjoint(schema.constant)


@each_schema
def test_schema_names_only_options_it_has(schema: Schema):
    rules = [
        *schema.required_one_of,
        *schema.mutually_exclusive,
        *schema.required_together,
        *(rule[2] for rule in schema.required_if),
    ]
    named = {name for rule in rules for name in rule}
    named |= {rule[0] for rule in schema.required_if} | set(schema.adopt)
    named |= {one.by for one in schema.fields if one.by}
    named |= {schema.key} if schema.key else set()
    assert named <= {one.name for one in schema.fields}


@each_schema
def test_required_if_names_a_choice(schema: Schema):
    for name, value, _needed in schema.required_if:
        assert value in schema[name].choices


@each_schema
def test_things_in_a_list_can_be_told_apart(schema: Schema):
    for one in schema.fields:
        if one.of and one.many and one.of.key:
            assert one.of[one.of.key].required


@each_schema
def test_has_a_known_type(schema: Schema):
    for one in schema.fields:
        assert one.type in _TYPES, one.name
        assert bool(one.elements) <= (one.type == "list"), one.name
        if one.codec is codec.INT:
            assert one.type == "int", one.name
        if one.codec in (codec.YES_NO, codec.ON_OFF, codec.PRESENCE):
            assert one.type == "bool", one.name
        if one.codec is codec.PAIRS:
            assert one.type == "dict", one.name


@each_schema
def test_says_how_a_change_is_applied(schema: Schema):
    """An option with a place is part of the thing, so a change of it has to be applied."""
    for one in schema.fields:
        if one.places and one.owner is not Owner.REPORTED:
            assert isinstance(one.apply, Apply), one.name
        if one.via:
            assert one.apply is Apply.LIVE, one.name


@each_schema
def test_unset_means_leave_it_alone(schema: Schema):
    """Only what steers the run has a default: any other would change what nobody named."""
    for one in schema.fields:
        if one.default is not None:
            assert one.steers, one.name
            assert not one.places, one.name
            assert not one.required, one.name


@each_schema
def test_choices_hold_what_is_used(schema: Schema):
    for one in schema.fields:
        assert len(set(one.choices)) == len(one.choices), one.name
        for value in (one.initial, one.default, one.absent):
            if one.choices and value is not None:
                used = {value} if isinstance(value, str) else {*value}
                assert used <= {*one.choices}, one.name


@each_schema
def test_reported_is_no_option(schema: Schema):
    for one in schema.fields:
        if one.owner is Owner.REPORTED:
            assert not one.required, one.name
            assert one.initial is None, one.name
            assert not one.aliases, one.name


@each_schema
def test_new_values_are_valid(schema: Schema):
    for one in schema.fields:
        if one.initial is not None and not one.of:
            assert one.codec.parse(one.codec.show(one.initial)) == one.initial, one.name
            if one.check:
                one.check(one.initial)
