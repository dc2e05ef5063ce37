# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of an option."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

SIZES = (codec.MEMORY, codec.CAPACITY)


def doc(one: Field) -> list[str]:
    """What it is, and its unit."""
    said = [one.doc] if isinstance(one.doc, str) else list(one.doc)
    if one.codec in SIZES and "unit" not in " ".join(said):
        said.append("A number with the unit KiB, MiB, GiB or TiB.")
    return said


def description(one: Field, owner: Schema, root: Schema, path: str) -> list[str]:
    """Everything of one option: what it is, what a new thing gets, and when a change counts.

    ``owner`` is the schema that it belongs to, ``root`` that of the module, and ``path`` the way
    to the options of ``owner``, such as ``disks[].``.
    """
    thing = "one" if owner.key else noun(root)
    return [*doc(one), *_first(one, thing), *_when(one, owner, root), *_rules(one, owner, path)]


def _first(one: Field, thing: str) -> Iterator[str]:
    if one.initial_doc:
        yield f"Without it, a new {thing} gets {one.initial_doc}."
    elif one.initial is not None:
        yield f"Without it, a new {thing} gets V({_shown(one.codec.show(one.initial))})."
    elif one.owner is Owner.FILLED:
        yield f"Without it, libvirt chooses one for a new {thing}."


def _when(one: Field, owner: Schema, root: Schema) -> Iterator[str]:
    apply = effect(one)
    if apply is None or one.owner is Owner.REPORTED:
        return
    what = "Adding or removing one" if one.many else "A change"
    if apply is Apply.LIVE:
        yield f"{what} takes effect at once{_also(root)}."
    elif apply is Apply.REPLUG:
        yield f"{what} takes effect by unplugging and plugging the device again."
    elif apply is Apply.RESTART:
        yield f"{what} takes effect at the next start of the {noun(root)}."
    else:
        yield f"Can not be changed once {'it' if owner.key else 'the ' + noun(root)} exists."


def effect(one: Field) -> Apply | None:
    """How a change is made; of an option with options it may be those that say it as one."""
    if one.apply is None and one.of:
        found = {effect(part) for part in one.of.fields} - {None}
        return found.pop() if len(found) == 1 else None
    return one.apply


def noun(schema: Schema) -> str:
    """What a thing of the schema is called in a sentence."""
    return schema.name.replace("_", "-")


def _also(root: Schema) -> str:
    if "autostart" not in root:
        return ""
    running = "a running" if root.tag == "domain" else "an active"
    return f", also on {running} {noun(root)}"


def _rules(one: Field, owner: Schema, path: str) -> Iterator[str]:
    def refer(names: Any) -> str:
        return " and ".join(f"O({path}{name})" for name in names)

    rivals = [n for group in owner.mutually_exclusive if one.name in group for n in group]
    rivals = list(dict.fromkeys(name for name in rivals if name != one.name))
    if rivals:
        yield f"Excludes {refer(rivals)}."
    for group in owner.required_together:
        if one.name in group:
            yield f"Goes together with {refer(name for name in group if name != one.name)}."
    for group in owner.required_one_of:
        if one.name in group:
            others = " or ".join(f"O({path}{name})" for name in group if name != one.name)
            yield f"One of it or {others} is required."
    for name, value, needed, *_any in owner.required_if:
        if one.name in needed:
            yield f"Needed if O({path}{name}={_shown(value)})."


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
