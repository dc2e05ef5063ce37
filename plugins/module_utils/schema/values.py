# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of a schema: from what a user wrote, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

Values = dict
MASK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def normalise(schema: Schema, given: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """The values of what was given, without what was not. Raises every complaint at once.

    Unknown options are refused here as well, since a declaration may come from anywhere.
    """
    errors: list[VmrtError] = []
    values = _normalise(schema, given, path, errors)
    raise_all(errors)
    return values


def _normalise(
    schema: Schema, given: Mapping[str, Any], path: str, errors: list[VmrtError]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        one = schema.given.get(name)
        if one is None:
            errors.append(
                VmrtError(
                    f"{schema.name} has no option '{name}'",
                    option=path + name,
                    hint=f"It has: {', '.join(field.name for field in schema.fields)}.",
                )
            )
            continue
        values[one.name] = _value(one, value, path + one.name, errors)
    return values


def _value(one: Field, value: Any, path: str, errors: list[VmrtError]) -> Any:
    if one.of and one.many:
        return _items(one.schema, value, path, errors)
    if one.of:
        return _normalise(one.schema, value, path + ".", errors)
    many = one.type == "list"
    try:
        parsed = [_parse(one, item) for item in value] if many else _parse(one, value)
        if one.check:
            for item in parsed if many else [parsed]:
                one.check(item)
    except ValueError as error:
        errors.append(VmrtError(str(error), option=path))
        return None
    return parsed


def _parse(one: Field, value: Any) -> Any:
    parsed = one.codec.parse(value)
    if one.choices and parsed not in one.choices:
        raise ValueError(f"'{value}' is not one of {', '.join(one.choices)}")
    return parsed


def _items(schema: Schema, given: Any, path: str, errors: list[VmrtError]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    seen: set[Any] = set()
    for position, item in enumerate(given):
        key = item.get(schema.key) if schema.key else None
        here = f"{path}[{position if key is None else key}]"
        values = _normalise(schema, item, here + ".", errors)
        if schema.key:
            if key is None:
                errors.append(VmrtError(f"has no {schema.key}", option=here, hint="Give it one."))
            elif values.get(schema.key) in seen:
                errors.append(
                    VmrtError(
                        f"the {schema.key} '{key}' is given twice",
                        option=here,
                        hint="Each item of this list is one thing.",
                    )
                )
            seen.add(values.get(schema.key))
        items.append(values)
    return items


def show(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a user writes them; secrets are masked."""
    return {one.name: show_value(one, values[one.name]) for one in schema.among(values)}


def show_value(one: Field, value: Any) -> Any:
    """One value as a user writes it; a secret is masked."""
    if value is None:
        return None
    if one.no_log:
        return MASK
    if one.of and one.many and isinstance(value, list):
        return [show(one.schema, item) for item in value]
    if one.of:
        return show(one.schema, value)
    return one.codec.show(value)


def declaration(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a user would declare them again: nothing that is empty, and no secret, which would
    come back masked."""
    return {
        one.name: _declared(one, values[one.name])
        for one in schema.among(values)
        if values[one.name] not in ({}, []) and not one.no_log
    }


def _declared(one: Field, value: Any) -> Any:
    if one.of and one.many:
        return [declaration(one.schema, item) for item in value]
    return declaration(one.schema, value) if one.of else one.codec.show(value)


def initial(schema: Schema) -> dict[str, Any]:
    """The values of a new thing that do not depend on where it is made."""
    return {one.name: one.initial for one in schema.fields if one.initial is not None}


def begin(schema: Schema, said: Mapping[str, Any]) -> dict[str, Any]:
    """A new thing: what was said of it, and the initial values that mean something beside that."""
    values = {**initial(schema), **said}
    return {
        name: value
        for name, value in values.items()
        if name in said or not any(schema[name].misses(values))
    }


def mask(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a user wrote, with each secret in its place replaced."""
    return {one.name: _masked(one, given[one.name]) for one in schema.among(given)}


def _masked(one: Field, value: Any) -> Any:
    if one.no_log:
        return MASK
    if one.of and one.many:
        return [mask(one.schema, item) for item in value]
    return mask(one.schema, value) if one.of else value


def secrets(schema: Schema, given: Mapping[str, Any]) -> set[str]:
    """The secret texts of a user that are words of their own, such as a password."""
    found: set[str] = set()
    for one in schema.among(given):
        value = given[one.name]
        if one.no_log and isinstance(value, str):
            # Ansible would find an empty word between any two letters.
            found |= {value} - {""}
        elif one.of:
            for item in value if one.many else [value]:
                found |= secrets(one.schema, item)
    return found
