# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an XML document says that no option covers.

The document is read, what was read is written into an empty one, and both are compared: what does
not come back was not covered. Numbers count by their value and sizes in bytes, however written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec, tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

_NUMBER = re.compile(r"0x[0-9a-fA-F]+|\d+")
_SPANS = re.compile(r"\^?\d+(-\d+)?(,\^?\d+(-\d+)?)*")
# libvirt's unit where none is given.
_UNITS = {"memory": "KiB", "currentMemory": "KiB", "maxMemory": "KiB"}


@dataclass(frozen=True)
class Occurrence:
    """An element, or one of its attributes; ``path`` is its place below the root."""

    path: str
    text: str


def uncovered(schema: Schema, root: tree.Element) -> list[Occurrence]:
    """Each element and attribute below a root that the options of a schema do not bring back."""
    written = tree.new(tree.name(root))
    write(schema, read(schema, root), written)
    return list(_lost(root, written, ""))


def says(root: tree.Element, other: tree.Element) -> bool:
    """Does an element say all that another one says?"""
    return not any(_lost(other, root, ""))


def occurrences(element: tree.Element, path: str = "") -> Iterator[Occurrence]:
    """Each element and attribute, the element itself first."""
    yield Occurrence(path or ".", (element.text or "").strip())
    for name, value in element.attrib.items():
        yield Occurrence(f"{path}/@{tree.spelled(name)}".lstrip("/"), value)
    for child in _children(element):
        yield from occurrences(child, f"{path}/{tree.name(child)}".lstrip("/"))


def _lost(original: tree.Element, written: tree.Element | None, path: str) -> Iterator[Occurrence]:
    if written is None:
        yield from occurrences(original, path)
        return
    if _text(original) != _text(written):
        yield Occurrence(path or ".", (original.text or "").strip())
    for name, value in original.attrib.items():
        if name == "unit" and "unit" in written.attrib:
            continue
        if _value(original, name) != _value(written, name):
            yield Occurrence(f"{path}/@{tree.spelled(name)}".lstrip("/"), value)
    rest = list(_children(written))
    for child in _children(original):
        here = f"{path}/{tree.name(child)}".lstrip("/")
        twins = [other for other in rest if other.tag == child.tag]
        losses = [list(_lost(child, twin, here)) for twin in twins]
        best = min(range(len(twins)), key=lambda n: len(losses[n]), default=None)
        if best is None:
            yield from _lost(child, None, here)
        else:
            rest.remove(twins[best])
            yield from losses[best]


def _children(element: tree.Element) -> Iterator[tree.Element]:
    return (child for child in element if isinstance(child.tag, str))


def _text(element: tree.Element) -> object:
    text = (element.text or "").strip()
    unit = element.get("unit") or _UNITS.get(tree.name(element))
    return _bytes(text, unit) if unit else _plain(text)


def _value(element: tree.Element, name: str) -> object:
    value = element.get(name)
    if value is not None and element.get("unit") and value.isdigit() and name != "unit":
        sized = _bytes(value, element.get("unit"))
        # A number beside a size, such as that of a NUMA cell, is no size, and compares alike.
        return (sized, value) if name in ("id", "level", "nodeset") else sized
    return value if value is None else _plain(value)


def _bytes(text: str, unit: str) -> object:
    try:
        return units.xml_size(text, unit, unit)
    except (KeyError, ValueError):
        return text, unit


def _plain(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return int(text, 0 if text.startswith("0x") else 10)
    if _SPANS.fullmatch(text):
        try:
            return codec.CPUS.parse(text)
        except ValueError:
            return text
    return text.lower()
