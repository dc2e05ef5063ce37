# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user sees with ansible-doc, of every module."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Owner
from tools.documentation import modules
from tools.documentation.sentences import SIZES, effect

MODULES = modules.every()
# Of files only, or of the controller: a URI would mean nothing to them.
WITHOUT_LIBVIRT = {"place", "plan_moves", "seed"}
SAID = {
    Apply.LIVE: "takes effect at once",
    Apply.REPLUG: "takes effect by unplugging and plugging",
    Apply.RESTART: "takes effect at the next start",
    Apply.RECREATE: "Can not be changed once",
}


@pytest.fixture(scope="module")
def shown():
    """What ansible-doc knows, by the name of the module."""
    names = [f"{modules.COLLECTION}.{module.name}" for module in MODULES]
    found = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-doc")), "--json", *names],
        env={**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(modules.ROOT / "collections")},
        check=True,
        capture_output=True,
        text=True,
    )
    every = json.loads(found.stdout)
    return {name.rsplit(".", 1)[1]: one for name, one in every.items()}


def pairs(schema, options, path=""):
    """Each field with its documentation, nested ones too."""
    for one in schema.fields:
        if one.owner is Owner.REPORTED:
            continue
        option = options[one.name]
        yield path + one.name, one, option
        if one.of:
            yield from pairs(one.of, option["suboptions"], f"{path}{one.name}.")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_option_says_when_a_change_counts(shown, module):
    for path, one, option in pairs(module.schema, shown[module.name]["doc"]["options"]):
        text = " ".join(option["description"])
        for apply, sentence in SAID.items():
            assert (sentence in text) == (effect(one) is apply), f"{module.name}: {path}: {text}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_size_and_time_says_its_unit(shown, module):
    for path, one, option in pairs(module.schema, shown[module.name]["doc"]["options"]):
        text = " ".join(option["description"])
        if one.codec in SIZES:
            assert re.search(r"\bunit\b.*\bMiB\b", text), f"{module.name}: {path}: {text}"
        if one.name.endswith("timeout"):
            assert re.search(r"in (milli)?seconds", text), f"{module.name}: {path}: {text}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_options_are_those_of_the_argument_spec(shown, module):
    options = dict(shown[module.name]["doc"]["options"])
    common = {"uri", "foreseen"} if module.converges or module.name == "fleet" else {"uri"}
    common = set() if module.name in WITHOUT_LIBVIRT else common
    assert set(options) == set(argument_spec(module.schema)) | common


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_says_what_it_can_do_and_shows_it(shown, module):
    one = shown[module.name]
    attributes = {"check_mode", "diff_mode", "idempotent", "platform"}
    if module.name not in WITHOUT_LIBVIRT:
        attributes.add("action_group")
    assert set(one["doc"]["attributes"]) >= attributes
    tasks = yaml.safe_load(one["examples"])
    assert any(f"{modules.COLLECTION}.{module.name}" in task for task in tasks)
    known = {f"{modules.COLLECTION}.{other.name}" for other in MODULES}
    for task in tasks:
        assert task["name"]
        assert set(task) & {*known, "ansible.builtin.debug"}


@pytest.mark.parametrize(
    "module", [one for one in MODULES if one.converges], ids=lambda module: module.name
)
def test_a_result_says_what_was_done(shown, module):
    returned = shown[module.name]["return"]
    assert set(returned) == {
        "actions",
        "changes",
        "filled",
        "restart_required",
        module.converges,
    }
    reported = {one.name for one in module.schema.fields if one.owner is Owner.REPORTED}
    assert reported <= set(returned[module.converges]["contains"])


def fields(schema, path=""):
    for one in schema.fields:
        yield f"{path}{one.name}", one
        if one.of:
            yield from fields(one.of, f"{path}{one.name}.")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_field_is_documented_with_whole_sentences(module):
    for path, one in fields(module.schema):
        text = one.doc if isinstance(one.doc, str) else " ".join(one.doc)
        assert re.fullmatch(r"[A-Z].*\.", text), f"{module.name}: {path}: {text!r}"


def test_every_module_of_libvirt_is_in_the_action_group():
    runtime = yaml.safe_load((modules.ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    connecting = [module.name for module in MODULES if module.name not in WITHOUT_LIBVIRT]
    assert sorted(runtime["action_groups"]["all"]) == connecting
