# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports point one way only, and what only one file may know is known by one file only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "plugins"
UTILS = ROOT / "module_utils"
PREFIX = "ansible_collections.vmrt.libvirt.plugins.module_utils."

# What each layer may import besides itself; the files at the top may import everything.
LAYERS = {
    "schema": set(),
    "model": {"schema"},
    "media": {"schema.errors"},
    "hypervisors": {"schema"},
    "engine": {"schema", "model", "hypervisors", "media"},
    "placement": {"schema", "model", "hypervisors"},
    "driver": {"schema", "model", "media", "engine", "own_folder"},
}
FILES = sorted(UTILS.rglob("*.py"))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(UTILS)))


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Full names of all modules that a file imports, at any depth of its code."""
    return tuple(_imported(file))


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute: only those travel to a node"
            # A name that is imported may itself be a module.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files():
    assert len(FILES) > 40


def test_each_folder_is_a_layer():
    folders = {path.name for path in UTILS.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(LAYERS)


@each_file
def test_imports_point_downwards(file: Path):
    layer = file.relative_to(UTILS).parts[0]
    if layer not in LAYERS:
        return
    allowed = {layer, *LAYERS[layer]}
    for name in imported(file):
        if name.startswith(PREFIX):
            place = name[len(PREFIX) :]
            fits = any(place == one or place.startswith(one + ".") for one in allowed)
            assert fits, f"{layer} may not import {place}"


@each_file
def test_libvirt_is_imported_in_one_place(file: Path):
    knows = {name.split(".")[0] for name in imported(file)} & {"libvirt", "libvirt_qemu"}
    assert not knows or file == UTILS / "driver" / "binding.py"


@each_file
def test_ansible_is_known_to_three_files(file: Path):
    knows = [name for name in imported(file) if name.split(".")[0] == "ansible"]
    files = (UTILS / "connection.py", UTILS / "module.py", UTILS / "kept_code.py")
    assert not knows or file in files


def test_check_mode_is_decided_in_one_place():
    decided = [
        file
        for file in [*FILES, *sorted((ROOT / "modules").glob("*.py"))]
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "check_mode"
    ]
    assert set(decided) == {UTILS / "module.py"}


@each_file
def test_nothing_is_imported_by_a_computed_name(file: Path):
    """A module that is imported so is not packed into what Ansible sends to a node."""
    computed = [name for name in imported(file) if name.split(".")[0] == "importlib"]
    assert not computed or file == UTILS / "kept_code.py"


def test_xml_is_not_built_from_strings():
    """Text in XML is put there by lxml, so that a value never becomes markup."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.JoinedStr):
                first = node.values[0] if node.values else None
                text = first.value if isinstance(first, ast.Constant) else ""
                assert not str(text).startswith("<"), f"{file}:{node.lineno}"
