# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules as the fleet role's argument specs have them."""

from __future__ import annotations

import pytest
import yaml

from tools.documentation import fleet, modules

VM = fleet.variables(modules.load("vm"))


def below(specs):
    """Every spec in these, nested ones too."""
    for name, spec in specs.items():
        yield name, spec
        yield from below(spec.get("options", {}))


def test_each_option_is_a_variable():
    options = {one.name for one in modules.load("vm").schema.fields if one.name != "name"}
    assert set(VM) == {"vmrt_name"} | {f"vmrt_{name}" for name in options}


def test_no_variable_is_required_and_parts_of_one_are():
    assert not any(spec.get("required") for spec in VM.values())
    assert VM["vmrt_disks"]["options"]["name"]["required"] is True


def test_options_are_referred_to_as_variables():
    assert "O(vmrt_max_memory)" in " ".join(VM["vmrt_memory"]["description"])
    assert "C(restart_required)" in " ".join(VM["vmrt_apply"]["description"])


def test_an_alias_is_an_option_of_its_own():
    options = VM["vmrt_cloud_init"]["options"]
    assert options["public_keys"] == options["public_key"]
    assert not any("aliases" in spec for _name, spec in below(VM))


@pytest.mark.parametrize("name", ["pool", "network", "image"])
def test_things_of_a_node_are_lists(name):
    (variable, spec), *rest = fleet.lists(modules.load(name)).items()
    assert (variable, rest) == (f"vmrt_{name}s", [])
    assert (spec["type"], spec["elements"]) == ("list", "dict")
    assert spec["options"]["name"]["required"] is True


def test_the_role_has_them():
    text = (modules.ROOT / "roles/fleet/meta/argument_specs.yml").read_text(encoding="utf-8")
    options = yaml.safe_load(text)["argument_specs"]["main"]["options"]
    lists = {"vmrt_secrets", "vmrt_pools", "vmrt_networks", "vmrt_images"}
    assert set(options) >= set(VM) | lists
