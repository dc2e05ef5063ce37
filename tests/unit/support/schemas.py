# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every schema there is, found where schemas are declared."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import NamedTuple

from ansible_collections.vmrt.libvirt.plugins.module_utils import model
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema


class Option(NamedTuple):
    """A field, the schema it stands in, and its path from the outermost schema."""

    path: str
    schema: Schema
    field: Field


def all_schemas() -> list[Schema]:
    """The schemas of all files of the model, each once."""
    found: dict[int, Schema] = {}
    for module in pkgutil.iter_modules(model.__path__):
        names = importlib.import_module(f"{model.__name__}.{module.name}")
        for value in vars(names).values():
            if isinstance(value, Schema):
                found[id(value)] = value
    return list(found.values())


def options(schema: Schema, path: str = "") -> Iterator[Option]:
    """All options of a schema, those of nested ones too."""
    for one in schema.fields:
        yield Option(path + one.name, schema, one)
        if one.of:
            yield from options(one.of, f"{path}{one.name}.")
