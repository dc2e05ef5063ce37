# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module, as Ansible's documentation has them."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.common import COMMON, READING
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from tools.documentation.modules import Module
from tools.documentation.sentences import description
from tools.documentation.yaml_text import Inline

# What the documentation of an option repeats of its argument spec.
_REPEATED = ("type", "elements", "required", "choices", "aliases", "default")


def of_module(module: Module) -> dict[str, Any]:
    """The options that only this module has."""
    return of_schema(module.schema, module.schema)


def of_common(name: str) -> dict[str, Any]:
    """``reading``: the options of every module; ``changing``: those of modules that change."""
    if name == "reading":
        return of_schema(READING, READING)
    only = tuple(one for one in COMMON.fields if one.name not in READING)
    return of_schema(Schema(COMMON.name, COMMON.doc, only), COMMON)


def of_schema(schema: Schema, root: Schema, path: str = "") -> dict[str, Any]:
    """The options of a schema; ``path`` leads to them from the options of the module."""
    specs = argument_spec(schema)
    return {name: _option(schema, name, spec, root, path) for name, spec in sorted(specs.items())}


def _option(
    schema: Schema, name: str, spec: dict[str, Any], root: Schema, path: str
) -> dict[str, Any]:
    one = schema[name]
    option: dict[str, Any] = {"description": description(one, schema, root, path)}
    for key in _REPEATED:
        if key in spec:
            option[key] = Inline(spec[key]) if isinstance(spec[key], list) else spec[key]
    if one.of:
        below = f"{path}{name}[]." if one.many else f"{path}{name}."
        option["suboptions"] = of_schema(one.of, root, below)
    return option
