# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that mean something only beside certain values of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    find,
    items,
    match,
    read,
)


def check_company(
    schema: Schema, wanted: Mapping[str, Any], root: tree.Element | None
) -> Iterator[VmrtError]:
    """Complaints about options without the company that they need (``company`` of a field).
    ``root`` is what there is already: what it says by itself is no matter of complaint."""
    return _check(schema, wanted, root, "", {})


def _check(
    schema: Schema,
    wanted: Mapping[str, Any],
    root: tree.Element | None,
    path: str,
    outermost: Mapping[str, Any],
) -> Iterator[VmrtError]:
    found = read(schema, root) if root is not None else {}
    above = {name: value for name, value in outermost.items() if name not in schema}
    now = {**above, **found, **wanted}
    for one in schema.fields:
        value = wanted.get(one.name)
        if value is None:
            continue
        same = value == found.get(one.name)
        moved = not same or any(now.get(other) != found.get(other) for other in one.company)
        if moved and value not in (one.absent, one.codec.missing, [], {}):
            yield from _alone(one, now, path)
        if one.of and not same:
            for label, item, element in _inside(one, value, root, found):
                yield from _check(one.schema, item, element, f"{path}{label}.", outermost or now)


def _alone(one: Field, now: Mapping[str, Any], path: str) -> Iterator[VmrtError]:
    for other in one.misses(now):
        values = one.company[other]
        fitting = " or ".join(_word(value) for value in values if value is not None)
        yield VmrtError(
            f"means nothing where {other} is {_word(now.get(other))}",
            option=path + one.name,
            hint=f"It is for {other}: {fitting}." if values else f"Say {other} as well.",
        )


def _word(value: Any) -> str:
    """A value as users write it."""
    return {None: "not said", True: "true", False: "false"}.get(value, str(value))


def _inside(
    one: Field, value: Any, root: tree.Element | None, found: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any], tree.Element | None]]:
    """The things in a nested option: how each is called, what was said of it, where it stands."""
    if not one.many:
        spot = find(one, root, found) if root is not None else None
        yield one.name, value, spot.element if spot else None
        return
    key = one.schema.key
    there = list(items(one, root)) if root is not None and key else []
    for number, item in enumerate(value):
        if item.get("state") != "absent":
            twin = match(one.schema, item, there) if key else None
            label = f"{one.name}[{item[key] if key else number}]"
            yield label, item, twin.element if twin else None
