# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules with one option that says what is done, and others that only some of it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field


@dataclass(frozen=True)
class Operation:
    """What an operation does, the options that it needs, and those that it takes besides."""

    doc: str
    needs: Sequence[str] = ()
    takes: Sequence[str] = ()


Operations = Mapping[str, Operation]


def operation_field(doc: str, operations: Operations) -> Field:
    """The option that chooses."""
    said = [f"V({name}) {one.doc}." for name, one in operations.items()]
    return Field("operation", [doc, *said], required=True, choices=tuple(operations))


def taken(operations: Operations, *fields: Field) -> tuple[Field, ...]:
    """Options, each with a sentence that says which operations take it."""
    return tuple(_said(one, operations) for one in fields)


def _said(one: Field, operations: Operations) -> Field:
    users = [name for name, what in operations.items() if one.name in (*what.needs, *what.takes)]
    named = " and ".join(f"O(operation={name})" for name in users)
    docs = [one.doc] if isinstance(one.doc, str) else list(one.doc)
    return replace(one, doc=[*docs, f"Only with {named}."])


def required_if(operations: Operations) -> tuple[tuple[Any, ...], ...]:
    """What is needed, as a schema has it."""
    rules = ((name, tuple(one.needs)) for name, one in operations.items() if one.needs)
    return tuple(("operation", name, needs) for name, needs in rules)


def misplaced(operations: Operations, given: Mapping[str, Any]) -> list[VmrtError]:
    """A complaint for each option that the operation does not take."""
    chosen = given["operation"]
    some = {name for one in operations.values() for name in (*one.needs, *one.takes)}
    fits = {*operations[chosen].needs, *operations[chosen].takes}
    return [
        VmrtError(
            f"means nothing to the operation {chosen}",
            option=name,
            hint=f"It takes: {', '.join(sorted(fits)) or 'no options'}.",
        )
        for name in given
        if name in some - fits
    ]
