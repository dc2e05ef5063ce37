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
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema
from tests.unit.support.golden import CASES, load, outcome, save


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, request: pytest.FixtureRequest):
    case = load(path)
    expected = outcome(case)
    if request.config.getoption("--regenerate"):
        save(path, {**case, "expected": expected})
    assert expected == load(path)["expected"]


def _declared(schema: Schema, path: str = "") -> Iterator[tuple[str, Field]]:
    for one in schema.fields:
        if one.owner is not Owner.REPORTED:
            yield path + one.name, one
            if one.of:
                yield from _declared(one.of, f"{path}{one.name}.")


def _named(wish: Mapping[str, Any], schema: Schema) -> Iterator[Field]:
    for name, value in wish.items():
        one = schema[name]
        yield one
        for item in value if isinstance(value, list) else [value]:
            if one.of and isinstance(item, Mapping):
                yield from _named(item, one.of)


def test_each_option_of_a_vm_has_a_case():
    """What is declared once, and had in several places, is reached in one of them."""
    named = {id(option) for path in CASES for option in _named(load(path)["wish"], VM)}
    assert [path for path, option in _declared(VM) if id(option) not in named] == []
