# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user gave, where Ansible has not looked at it: the same types, defaults and rules.

Ansible visits each option that there is for each thing that is given, which for a thousand vms
takes longer than all the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise

_WORDS = {
    **dict.fromkeys(("yes", "on", "1", "true", "t", "y"), True),
    **dict.fromkeys(("no", "off", "0", "false", "f", "n"), False),
}


def accept(schema: Schema, given: Any, path: str = "") -> dict[str, Any]:
    """The normalised values of what was given. Raises every complaint; ``path`` leads to it."""
    errors: list[VmrtError] = []
    values = _group(schema, given, path, errors)
    raise_all(errors)
    return normalise(schema, values, path)


@dataclass(frozen=True)
class _Known:
    """What there is to know of a schema: its options by each of their names, and so on."""

    options: Mapping[str, Field]
    defaults: Mapping[str, Any]
    required: tuple[str, ...]


@cache
def _known(schema: Schema) -> _Known:
    fields = [one for one in schema.fields if one.owner is not Owner.REPORTED]
    return _Known(
        {name: one for one in fields for name in (one.name, *one.aliases)},
        {one.name: one.default for one in fields if one.default is not None},
        tuple(one.name for one in fields if one.required),
    )


def _group(schema: Schema, given: Any, path: str, errors: list[VmrtError]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        errors.append(VmrtError("is not a dictionary", option=path.rstrip(".")))
        return {}
    known = _known(schema)
    values: dict[str, Any] = dict(known.defaults)
    for name, value in given.items():
        one = known.options.get(name)
        if one is None:
            errors.append(_unknown(schema, name, path, known))
        elif value is not None:
            values[one.name] = _value(one, value, path + one.name, errors)
    missing = [name for name in known.required if name not in values]
    errors += [VmrtError("is needed", option=path + name) for name in missing]
    errors += [VmrtError(text, option=path + name) for name, text in _rules(schema, values)]
    return values


def _unknown(schema: Schema, name: str, path: str, known: _Known) -> VmrtError:
    close = get_close_matches(str(name), known.options, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"It has: {', '.join(known.options)}."
    return VmrtError(f"{schema.name} has no option '{name}'", option=f"{path}{name}", hint=hint)


def _value(one: Field, value: Any, path: str, errors: list[VmrtError]) -> Any:
    if one.of and one.many:
        items = _list(value, path, errors)
        return [
            _group(one.of, item, f"{path}[{_label(one.of, item, number)}].", errors)
            for number, item in enumerate(items)
        ]
    if one.of or one.type == "dict":
        value = _parsed(value)
    if one.of:
        return _group(one.of, value, path + ".", errors)
    if one.type == "list":
        found = _list(value, path, errors)
        if one.elements == "dict":
            found = [_parsed(item) for item in found]
            if not all(isinstance(item, Mapping) for item in found):
                errors.append(VmrtError("is not a list of dictionaries", option=path))
        return [str(item) for item in found] if one.elements in ("str", "path") else found
    if one.type == "dict" and not isinstance(value, Mapping):
        errors.append(VmrtError("is not a dictionary", option=path))
    if one.type == "bool" and not isinstance(value, bool):
        word = _WORDS.get(str(value).lower())
        if word is None:
            errors.append(VmrtError(f"'{value}' is neither true nor false", option=path))
        return word
    if one.type in ("str", "path"):
        return str(value)
    return value


def _parsed(value: Any) -> Any:
    """A dictionary may come as a text, from a survey for example: JSON, or words with ``=``."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        words = [word.partition("=") for word in re.split(r"[, ]+", value.strip())]
        return {name: text for name, _equals, text in words} if all(w[1] for w in words) else value


def _label(schema: Schema, item: Any, number: int) -> Any:
    named = isinstance(item, Mapping) and schema.key and item.get(schema.key) is not None
    return item[schema.key] if named else number


def _list(value: Any, path: str, errors: list[VmrtError]) -> list[Any]:
    """A text is a list as well, its items with commas between them."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, (str, int, float)):
        return list(str(value).split(","))
    errors.append(VmrtError("is not a list", option=path))
    return []


def _rules(schema: Schema, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Complaints about what does not come together as it has to."""
    for names in schema.required_one_of:
        if not any(name in values for name in names):
            yield names[0], f"one of {', '.join(names)} is needed"
    for names in schema.mutually_exclusive:
        found = [name for name in names if name in values]
        if len(found) > 1:
            yield found[1], f"can not be given beside {found[0]}"
    for names in schema.required_together:
        missing = [name for name in names if name not in values]
        found = [name for name in names if name in values]
        if missing and found:
            yield missing[0], f"is needed beside {found[0]}"
    for name, word, needed, *some in schema.required_if:
        missing = [other for other in needed if other not in values]
        enough = len(missing) < len(needed) if some and some[0] else not missing
        if values.get(name) == word and not enough:
            yield missing[0], f"is needed where {name} is {word}"
