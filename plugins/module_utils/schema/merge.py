# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A declaration that rests on another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema


def merge(schema: Schema, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """The values of both; what ``above`` says goes before. Things in a list are one where their
    key is the same, and one that ``above`` has absent is nothing else."""
    values = {name: below[name] for name in below if not _excluded(schema, name, above)}
    for name, value in above.items():
        values[name] = _merged(schema[name], values[name], value) if name in values else value
    return values


def _excluded(schema: Schema, name: str, above: Mapping[str, Any]) -> bool:
    """Does what is said above leave it without a meaning?"""
    groups = [group for group in schema.mutually_exclusive if name in group and name not in above]
    return any(other in above for group in groups for other in group)


def _merged(one: Field, below: Any, above: Any) -> Any:
    if one.of is None or (one.many and one.of.key is None):
        return above
    if not one.many:
        return _thing(one.of, below, above)
    key = one.of.ident
    named = {item[key]: item for item in above}
    known = [_thing(one.of, item, named.pop(item[key], {})) for item in below]
    return [*known, *named.values()]


def _thing(schema: Schema, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    return dict(above) if above.get("state") == "absent" else merge(schema, below, above)
