# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The golden cases, and that they leave no option out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Owner, Schema
from tests.unit.support.golden import CASES, load, outcome, save


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, request: pytest.FixtureRequest):
    case = load(path)
    expected = outcome(case)
    if request.config.getoption("--regenerate"):
        save(path, {**case, "expected": expected})
    assert expected == load(path)["expected"]


def _declared(schema: Schema, path: str = "") -> Iterator[str]:
    for one in schema.fields:
        if one.owner is not Owner.REPORTED:
            yield path + one.name
            if one.of:
                yield from _declared(one.of, f"{path}{one.name}.")


def _named(wish: Mapping[str, Any], schema: Schema, path: str = "") -> Iterator[str]:
    for name, value in wish.items():
        yield path + name
        nested = schema[name].of
        for item in value if isinstance(value, list) else [value]:
            if nested and isinstance(item, Mapping):
                yield from _named(item, nested, f"{path}{name}.")


def test_each_option_of_a_vm_has_a_case():
    named = {option for path in CASES for option in _named(load(path)["wish"], VM)}
    assert set(_declared(VM)) - named == set()
