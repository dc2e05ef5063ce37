# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options as they are given: normalised, refused all at once, and masked where they are secret."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import (
    argument_spec,
    constraints,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Complaints,
    VmrtError,
    raise_all,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import (
    MASK,
    normalise,
    secrets,
    show,
)
from tests.unit.support.schemas import all_schemas, options


def refused(**given: Any) -> VmrtError:
    with pytest.raises(VmrtError) as error:
        normalise(VM, {"name": "web1", **given})
    return error.value


def test_what_is_not_given_is_left_out():
    assert normalise(VM, {"name": "web1", "memory": None, "disks": None}) == {"name": "web1"}


def test_an_alias_is_the_option():
    seed = normalise(VM, {"name": "web1", "cloud_init": {"public_keys": ["k"]}})["cloud_init"]
    assert seed == {"public_key": ["k"]}


def test_errors_name_the_item_and_the_option():
    assert refused(disks=[{"name": "a", "size": "1GiB"}, {"name": "b", "size": "x"}]).option == (
        "disks[b].size"
    )
    assert refused(disks=[{"size": "1GiB"}]).option == "disks[0]"
    assert refused(disks=[{"name": "a"}, {"name": "a"}]).option == "disks[a]"
    assert refused(cpu={"mode": "fast"}).option == "cpu.mode"


def test_an_unknown_option_is_told_those_there_are():
    error = refused(cpu={"cores": 2})
    known = ", ".join(one.name for one in VM["cpu"].schema.fields)
    assert str(error) == f"cpu.cores: cpu has no option 'cores'. It has: {known}."


def test_complaints_are_told_together():
    error = refused(memory="x", vcpus="y", colour="red")
    assert isinstance(error, Complaints)
    assert set(error.option.split(", ")) == {"memory", "vcpus", "colour"}
    assert all(f"{one.option}: " in str(error) for one in error.errors)


def test_errors_are_sentences():
    assert str(VmrtError("is odd", option="a.b", hint="Do so.")) == "a.b: is odd. Do so."
    assert str(VmrtError("Why?")) == "Why?"
    raise_all([])
    with pytest.raises(VmrtError) as error:
        raise_all([VmrtError("one")])
    assert not isinstance(error.value, Complaints)


def test_secrets_are_masked_at_any_depth():
    inner = Schema("inner", "Inner.", (Field("word", "A secret.", no_log=True),))
    outer = Schema("outer", "Outer.", (Field("things", "Things.", of=inner, many=True),))
    assert show(outer, {"things": [{"word": "s3cret"}]}) == {"things": [{"word": MASK}]}
    # An empty word would be found between any two letters.
    assert secrets(outer, {"things": [{"word": "s3cret"}, {"word": ""}]}) == {"s3cret"}


def test_what_may_hold_a_secret_is_marked():
    secret = {
        option.path for schema in all_schemas() for option in options(schema) if option.field.no_log
    }
    assert {"cloud_init.user_data", "cloud_init.users"} <= secret


def test_an_argument_spec_has_each_option_and_nothing_else():
    def check(schema: Schema, spec: dict[str, Any]) -> None:
        given = {one.name: one for one in schema.fields if one.owner is not Owner.REPORTED}
        assert set(spec) == set(given)
        for name, one in given.items():
            assert spec[name].get("default") == one.default
            assert spec[name]["no_log"] is one.no_log
            if one.of:
                check(one.of, spec[name].get("options", {}))

    for schema in all_schemas():
        check(schema, argument_spec(schema))


def test_constraints_have_ansibles_names():
    assert constraints(VM["cpu"].schema) == {"required_if": [["mode", "custom", ("model",)]]}
    assert ["path", "size"] in constraints(VM["disks"].schema)["mutually_exclusive"]
