# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an option is: the one declaration that everything else reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import TEXT, Codec


class Apply(IntEnum):
    """How a change reaches a running machine, from the gentlest to the roughest way."""

    LIVE = 1
    REPLUG = 2
    RESTART = 3
    RECREATE = 4


class Owner(Enum):
    """Who gives a value: the user, libvirt when the user does not, or nobody but libvirt."""

    USER = "user"
    FILLED = "filled"
    REPORTED = "reported"


def exact(wanted: Any, found: Any) -> bool:
    """Both are the same; an empty list or dict is the same as nothing."""
    return bool(wanted == found) or (found is None and wanted in ([], {}))


def unordered(wanted: Any, found: Any) -> bool:
    """Both lists hold the same, in any order."""
    return sorted(wanted, key=repr) == sorted(found or [], key=repr)


def said(wanted: Any, found: Any) -> bool:
    """All that was said of each thing of a list is so; what was left open is not compared."""
    if isinstance(wanted, list):
        return len(wanted) == len(found or ()) and all(map(said, wanted, found or ()))
    if isinstance(wanted, dict):
        return all(said(value, (found or {}).get(name)) for name, value in wanted.items())
    return bool(wanted == found)


def never(wanted: Any, found: Any) -> bool:
    """Can not be read back, so it never counts as different."""
    return True


# What is declared is there once: it is equal to itself alone, and can be a key.
@dataclass(frozen=True, eq=False)
class Field:
    """One option.

    ``at`` is its place in the XML of its schema's element; several places are tried in turn when
    reading, and the first is written. A mapping gives a place for each value of the sibling ``by``.
    A list whose place ends in ``+`` holds elements of which each stands in the one before it.
    A field without a place is kept elsewhere (``apply`` says how it changes) or only steers the run
    (``apply`` is None).
    """

    name: str
    doc: str | Sequence[str]
    type: str = "str"
    at: str | Sequence[str] | Mapping[Any, str] | None = None
    by: str | None = None
    codec: Codec = TEXT
    # Of a list of plain values: their Ansible type.
    elements: str | None = None
    choices: Sequence[str] = ()
    required: bool = False
    aliases: Sequence[str] = ()
    no_log: bool = False
    # Only of options that steer the run: an argument-spec default.
    default: Any = None
    # The value of a new resource, where the user gives none.
    initial: Any = None
    # What the documentation says of `initial` where it is computed.
    initial_doc: str | None = None
    of: Schema | None = None
    many: bool = False
    apply: Apply | None = None
    # libvirt's own call for a live change, "call" or "call:parameter"; None means update-device.
    via: str | None = None
    # Whether there is one at all is decided at a start: only another value reaches a running vm.
    from_start: bool = False
    owner: Owner = Owner.USER
    same: Callable[[Any, Any], bool] = exact
    # What a place that is missing in XML means.
    absent: Any = None
    # Places that say the same thing again, and go when this one is written.
    twins: Sequence[str] = ()
    # Of an option at the top: libvirt writes something else into the live definition, so only the
    # inactive one is compared, and our metadata tells what the running vm was started with.
    expands: bool = False
    # Other options of the same thing, or of the vm, each with the values beside which alone this
    # one means something; libvirt forgets it, or refuses it, beside others. No values mean any.
    only: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    # Raises ValueError with the reason when a value can not be.
    check: Callable[[Any], None] | None = None
    # Only in the result of a module: how a value looks, for the documentation.
    sample: Any = None

    @cached_property
    def places(self) -> tuple[str, ...]:
        if self.at is None:
            return ()
        if isinstance(self.at, str):
            return (self.at,)
        return tuple(dict.fromkeys(self.at.values() if isinstance(self.at, Mapping) else self.at))

    @cached_property
    def company(self) -> Mapping[str, Sequence[Any]]:
        """``only``, and the values of ``by`` that give this option a place."""
        if self.by is None or not isinstance(self.at, Mapping):
            return self.only
        return {self.by: tuple(None if value == "" else value for value in self.at), **self.only}

    def misses(self, now: Mapping[str, Any]) -> Iterator[str]:
        """The options whose values, of those ``now``, leave this one without a meaning."""
        for other, values in self.company.items():
            has = now.get(other)
            if has not in values and (values or has is None):
                yield other

    @property
    def schema(self) -> Schema:
        """The schema of a nested field."""
        if self.of is None:
            raise TypeError(f"{self.name} is not nested")
        return self.of

    @property
    def steers(self) -> bool:
        """Does it only steer the run, and so is no part of what a resource is?"""
        return self.apply is None and self.owner is not Owner.REPORTED


@dataclass(frozen=True, eq=False)
class Schema:
    """The options of one kind of thing, in the order in which libvirt writes their elements.

    Things in a list are told apart by ``key``. ``match`` holds attributes that all elements of the
    kind have (a cdrom is a disk with ``device="cdrom"``); where it is one of several words, the
    first is that of a new element, None stands for an attribute that is left out, and an option may
    tell them apart. ``constant`` is what a new element gets. An element without our alias is
    adopted when one of the fields in ``adopt`` is the same; ``derive`` names it until then.
    """

    name: str
    doc: str
    fields: tuple[Field, ...]
    tag: str = ""
    key: str | None = None
    match: Mapping[str, str | Sequence[str | None]] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    adopt: Sequence[str] = ()
    derive: Callable[[Mapping[str, Any]], str] | None = None
    # The option with the number by which libvirt knows such a thing, whatever its alias.
    numbered: str | None = None
    # Can it be plugged into a running machine, and out of it?
    hotplug: bool = False
    required_one_of: Sequence[Sequence[str]] = ()
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_together: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()

    @cached_property
    def _named(self) -> Mapping[str, Field]:
        return {one.name: one for one in self.fields}

    @cached_property
    def led(self) -> Mapping[str, list[Field]]:
        """The fields whose place another one selects, by the name of that."""
        led: dict[str, list[Field]] = {}
        for one in self.fields:
            if one.by:
                led.setdefault(one.by, []).append(one)
        return led

    @cached_property
    def given(self) -> Mapping[str, Field]:
        """The fields by each name that a user may give them."""
        return {name: one for one in self.fields for name in (one.name, *one.aliases)}

    def among(self, values: Mapping[str, Any]) -> list[Field]:
        """The fields that have a value, in their order. A schema has many more than anybody gives,
        and to ask for each of them takes much of the time of a large fleet."""
        found = [name for name in values if values[name] is not None and name in self._rank]
        return [self._named[name] for name in sorted(found, key=self._rank.__getitem__)]

    @cached_property
    def _rank(self) -> Mapping[str, int]:
        return {one.name: number for number, one in enumerate(self.fields)}

    def __getitem__(self, name: str) -> Field:
        return self._named[name]

    def __contains__(self, name: str) -> bool:
        return name in self._named

    @property
    def ident(self) -> str:
        """The key of a schema whose things have one."""
        if self.key is None:
            raise TypeError(f"a {self.name} has no key")
        return self.key

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The child tags of the element, in libvirt's order."""
        tags = (place.split("/")[0].rstrip("+") for one in self.fields for place in one.places)
        return tuple(dict.fromkeys(tag for tag in tags if not tag.startswith(("@", "."))))
