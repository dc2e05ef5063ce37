# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Declarations from libvirt's XML and back, without any node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.kinds import KINDS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import (
    Occurrence,
    uncovered,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import (
    declaration,
    normalise,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def from_xml(text: str) -> tuple[dict[str, Any], list[Occurrence]]:
    """The declaration of one definition, and what of it no option covers. Raises VmrtError."""
    try:
        root = tree.parse(text)
    except tree.XMLError as error:
        raise VmrtError(f"this is no XML: {error}") from error
    schema = KINDS.get(tree.name(root))
    if schema is None:
        raise VmrtError(
            f"there are no options for <{tree.name(root)}>", hint=f"Known are: {_known()}."
        )
    values = _options(schema, declaration(schema, read(schema, root)))
    if "fill_in" in schema:
        values["fill_in"] = False
    return values, uncovered(schema, root)


def to_xml(given: Mapping[str, Any], tag: str = "domain") -> str:
    """The definition that a declaration describes; nothing is filled in. Raises VmrtError."""
    if tag not in KINDS:
        raise VmrtError(f"there is no kind '{tag}'", option="kind", hint=f"Use: {_known()}.")
    schema = KINDS[tag]
    root = tree.new(tag)
    write(schema, normalise(schema, given), root)
    return tree.render(root)


def _known() -> str:
    return ", ".join(KINDS)


def _options(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """What can be given as an option: what is only reported is left out."""
    return {
        name: _option(schema[name], value)
        for name, value in values.items()
        if schema[name].owner is not Owner.REPORTED and name != "status"
    }


def _option(one: Field, value: Any) -> Any:
    if one.of and one.many:
        return [_options(one.of, item) for item in value]
    return _options(one.of, value) if one.of else value
