# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A wish is taken as Ansible takes it, where Ansible does not look at it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import KINDS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import (
    argument_spec,
    constraints,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise
from tests.unit.support.wishes import values


def by_ansible(schema: Schema, wish: dict[str, Any]) -> dict[str, Any] | None:
    """The values of a module's task with these options, or None where it is refused."""
    rules = {name: [tuple(one) for one in some] for name, some in constraints(schema).items()}
    found = ArgumentSpecValidator(argument_spec(schema), **rules).validate(wish)
    if found.error_messages:
        return None
    try:
        return normalise(schema, found.validated_parameters)
    except VmrtError:
        return None


def by_us(schema: Schema, wish: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return accept(schema, wish)
    except VmrtError:
        return None


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60)
def test_a_wish_means_the_same(kind: str, data: st.DataObject):
    schema = KINDS[kind].schema
    wish = data.draw(values(schema))
    assert by_us(schema, wish) == by_ansible(schema, wish)


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "a", "vcpus": "2", "autostart": "yes", "remove_unmanaged": "disks,nics"},
        {"name": "a", "remove_unmanaged": "disks, nics"},
        {"name": 7, "description": 1.5, "boot": {"kernel": True}},
        {"name": "a", "labels": '{"a": "b"}', "cpu": '{"mode": "maximum"}'},
        {"name": "a", "labels": "[1]"},
        {"name": "a", "labels": "a=b, c=d"},
        {"name": "a", "labels": "a=b c"},
        {"name": "a", "memory": 2048, "autostart": 0},
        {"name": "a", "disks": [{"name": "d", "size": "1GiB", "readonly": "true"}]},
        {"name": "a", "disks": {"name": "d"}},
        {"name": "a", "cloud_init": {"public_key": [7, {"main": "key"}]}},
        {"name": "a", "cpu": []},
        {"name": "a", "unknown": 1},
        {"memory": "1GiB"},
        {"name": None},
    ],
)
def test_so_do_words_and_slips(wish: dict[str, Any]):
    schema = KINDS["vms"].schema
    assert by_us(schema, wish) == by_ansible(schema, wish)
