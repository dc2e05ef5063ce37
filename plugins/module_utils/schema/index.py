# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which fields of a schema an element speaks of, found in one walk over the element.

A schema has many more places than any element fills, and to look for each of them takes most of
the time of reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

# A tag that stands for each.
_ANY = "*"


@dataclass(frozen=True)
class _Step:
    """One tag on the way to places: the fields, by their numbers, that end here or below."""

    here: set[int] = field(default_factory=set)
    attributes: dict[str, set[int]] = field(default_factory=dict)
    below: dict[str, _Step] = field(default_factory=dict)


class Index:
    """The fields of a schema that have a place, by their places."""

    def __init__(self, schema: Schema):
        self.fields: tuple[Field, ...] = tuple(one for one in schema.fields if one.places)
        named = {one.by for one in self.fields}
        # Those whose values select the places of others.
        self.selectors = tuple(n for n, one in enumerate(self.fields) if one.name in named)
        self._root = _Step()
        for number, one in enumerate(self.fields):
            for place in one.places:
                self._add(place, number)

        # Those that stand in the element itself.
        self.always = frozenset(self._root.here)

    def _add(self, place: str, number: int) -> None:
        step = self._root
        for tag in tree.tags(place):
            step = step.below.setdefault(tag, _Step())
        attribute = tree.split(place)[1]
        spot = step.here if attribute is None else step.attributes.setdefault(attribute, set())
        spot.add(number)

    def spoken_of(self, element: tree.Element) -> set[int]:
        """The numbers of all fields that may have a value here; of the others there is nothing."""
        found: set[int] = set()
        _gather(self._root, element, found)
        return found


def _gather(step: _Step, element: tree.Element, found: set[int]) -> None:
    found |= step.here
    if step.attributes:
        for name in element.attrib:
            if name in step.attributes:
                found |= step.attributes[name]
    if step.below:
        whatever = step.below.get(_ANY)
        for child in element:
            for below in (step.below.get(child.tag), whatever):
                if below is not None:
                    _gather(below, child, found)
