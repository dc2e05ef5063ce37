# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables in Markdown: the modules, and where each option of theirs is kept."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)
from tools.documentation import modules
from tools.documentation.sentences import effect

_EFFECTS = {
    Apply.LIVE: "at once",
    Apply.REPLUG: "by re-plug",
    Apply.RESTART: "at the next start",
    Apply.RECREATE: "never",
    None: "",
}


def index() -> str:
    """The modules, each with its one line."""
    rows = [f"| `{one.name}` | {one.summary} |" for one in modules.every()]
    return "\n".join(["| module | what it does |", "|---|---|", *rows, ""])


def tables() -> str:
    """A table for each module whose options have places in XML."""
    found = [
        f"## {module.name}\n\n{_table(module.schema)}"
        for module in modules.every()
        if module.converges and _has_places(module.schema)
    ]
    return "\n" + "\n".join(found) + "\n"


def _has_places(schema: Schema) -> bool:
    return any(one.places for one in schema.fields)


def _table(schema: Schema) -> str:
    head = ["| option | in libvirt's XML | takes effect |", "|---|---|---|"]
    return "\n".join([*head, *_rows(schema, "", f"/{schema.tag}" if schema.tag else ""), ""])


def _rows(schema: Schema, option: str, element: str) -> Iterator[str]:
    for one in schema.fields:
        if one.steers and not one.of:
            continue
        places = list(_places(one, element))
        shown = "<br>".join(f"`{place}`" for place in places)
        yield f"| `{option}{one.name}` | {shown} | {_effect(one)} |"
        if one.of:
            below = places[0] if places else ""
            below += "".join(f"[{name}='{value}']" for name, value in one.of.match.items())
            yield from _rows(one.of, f"{option}{one.name}{'[]' if one.many else ''}.", below)


def _places(one: Field, element: str) -> Iterator[str]:
    for place in one.places:
        yield place if not element else element if place == "." else f"{element}/{place}"


def _effect(one: Field) -> str:
    if one.owner is Owner.REPORTED:
        return "reported only"
    found = effect(one)
    said = _EFFECTS[found]
    return f"{said} ({one.via})" if one.via and found is Apply.LIVE else said
