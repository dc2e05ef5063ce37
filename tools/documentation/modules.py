# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules of the collection, and what they declare."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import yaml

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "vmrt.libvirt"
# What runs other modules is not for users.
INTERNAL = {"__init__", "run_kept"}


@dataclass(frozen=True)
class Module:
    """A module: its options, and, where it converges something, the name of that in a result.

    One that ``acts`` changes something, and converges nothing.
    """

    name: str
    summary: str
    schema: Schema
    converges: str | None
    acts: bool = False

    @property
    def path(self) -> str:
        """How other plugins refer to it."""
        return f"{COLLECTION}.{self.name}#module"


@cache
def load(name: str) -> Module:
    """A module by its name: what it runs is the one Resource, Deed or Schema in it."""
    plugins = f"ansible_collections.{COLLECTION}.plugins"
    code = import_module(f"{plugins}.modules.{name}")
    summary = str(yaml.safe_load(code.DOCUMENTATION)["short_description"])
    if not hasattr(code, "main"):
        # It runs on the controller; the module is its documentation.
        code = import_module(f"{plugins}.action.{name}")
    found = list(vars(code).values())
    for one in found:
        if isinstance(one, Resource):
            return Module(name, summary, one.schema, one.what)
    for one in found:
        if isinstance(one, Deed):
            return Module(name, summary, one.schema, None, acts=True)
    for one in found:
        if isinstance(one, Schema):
            return Module(name, summary, one, None)
    raise SystemExit(f"plugins/modules/{name}.py: imports no Resource, no Deed and no Schema")


def every() -> list[Module]:
    """All modules that users write, by name."""
    files = (ROOT / "plugins" / "modules").glob("*.py")
    return [load(file.stem) for file in sorted(files) if file.stem not in INTERNAL]
