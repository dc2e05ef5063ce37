# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Codecs: how a value is written by a user, held inside, and kept in XML.

``parse`` takes what a user wrote to the value, ``show`` takes it back; ``read`` and ``write`` do
the same for a spot in XML. ``parse`` raises ValueError with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import (
    Spot,
    children,
    name,
    new,
)

# Said the other way round, the pattern takes five times longer to compile.
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Codec:
    """Text as it is."""

    # What a missing place means; None means that nothing is known.
    missing: Any = None
    # A value that is written by taking the place away.
    removes: Any = None

    def parse(self, value: Any) -> Any:
        text = str(value)
        unfit = _NOT_IN_XML.search(text)
        if unfit:
            raise ValueError(f"the character {unfit.group()!r} can not be kept in XML")
        return text

    def show(self, value: Any) -> Any:
        return value

    def read(self, spot: Spot) -> Any:
        return spot.text

    def write(self, spot: Spot, value: Any) -> None:
        spot.put(str(value))


class _Integer(Codec):
    """A whole number."""

    def parse(self, value: Any) -> int:
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"'{value}' is not a whole number") from error

    def read(self, spot: Spot) -> int | None:
        text = (spot.text or "").strip()
        return int(text) if text.lstrip("-").isdigit() else None


class _Number(Codec):
    """A number with a fraction."""

    def parse(self, value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"'{value}' is not a number") from error


class _Hex(_Integer):
    """A number that XML may write in hexadecimal."""

    def read(self, spot: Spot) -> int | None:
        try:
            return int((spot.text or "").strip(), 0)
        except ValueError:
            return None

    def write(self, spot: Spot, value: Any) -> None:
        spot.put(f"{value:#06x}")


class _Count(_Integer):
    """A number of things of which there may be none; a missing place means none."""

    missing = 0
    removes = 0


@dataclass(frozen=True)
class _Flag(Codec):
    """A boolean that XML spells as one of two words."""

    true: str
    false: str
    missing: Any = None

    def parse(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(f"'{value}' is neither true nor false")
        return value

    def read(self, spot: Spot) -> bool:
        return spot.text == self.true

    def write(self, spot: Spot, value: Any) -> None:
        spot.put(self.true if value else self.false)


class _Presence(Codec):
    """A boolean that is true when its element is there."""

    missing = False
    removes = False

    def parse(self, value: Any) -> bool:
        return YES_NO.parse(value)

    def read(self, spot: Spot) -> bool:
        return True

    def write(self, spot: Spot, value: Any) -> None:
        pass


class _Filled(Codec):
    """Text that may be missing although its element is there."""

    def read(self, spot: Spot) -> str | None:
        return (spot.text or "").strip() or None


class _Switch(Codec):
    """A boolean kept as ``state`` of an element, which is on where it does not say."""

    def parse(self, value: Any) -> bool:
        return YES_NO.parse(value)

    def read(self, spot: Spot) -> bool:
        return bool(spot.element.get("state", "on") == "on")

    def write(self, spot: Spot, value: Any) -> None:
        spot.element.set("state", "on" if value else "off")


@dataclass(frozen=True)
class WordOf(Codec):
    """An attribute of an element that may stand without it; ``bare`` is the word for that."""

    attribute: str
    bare: str

    def read(self, spot: Spot) -> str:
        return str(spot.element.get(self.attribute, self.bare))

    def write(self, spot: Spot, value: Any) -> None:
        if value == self.bare:
            spot.element.attrib.pop(self.attribute, None)
        else:
            spot.element.set(self.attribute, str(value))


@dataclass(frozen=True)
class OfSwitch(Codec):
    """Something said of what a switch turns on: the switch has to be there as well, and is the
    element of an attribute, or the parent of an element."""

    inner: Codec

    def parse(self, value: Any) -> Any:
        return self.inner.parse(value)

    def show(self, value: Any) -> Any:
        return self.inner.show(value)

    def read(self, spot: Spot) -> Any:
        return self.inner.read(spot)

    def write(self, spot: Spot, value: Any) -> None:
        switch = spot.element if spot.attribute else spot.element.getparent()
        if switch.get("state") is None:
            SWITCH.write(Spot(switch, None), True)
        self.inner.write(spot, value)


@dataclass(frozen=True)
class _Size(Codec):
    """Bytes; ``unit`` is what XML means without a unit, ``bare`` the same for a user. An element
    has its unit in an attribute; so has an attribute with its ``own`` unit. ``zero`` may be one,
    and a ``mute`` element has no unit."""

    unit: str
    bare: str | None = None
    own: bool = False
    zero: bool = False
    mute: bool = False

    def parse(self, value: Any) -> int:
        size = units.parse_size(value, self.bare, self.zero)
        factor = units.xml_size("1", self.unit, self.unit)
        if size % factor:
            raise ValueError(f"'{value}' is not a whole number of {self.unit}")
        return size

    def show(self, value: Any) -> str:
        return units.show_size(value)

    def read(self, spot: Spot) -> int | None:
        unit = spot.element.get("unit") if self.own or not spot.attribute else None
        return units.xml_size(spot.text, unit, self.unit) if spot.text else None

    def write(self, spot: Spot, value: Any) -> None:
        spot.put(str(value // units.xml_size("1", self.unit, self.unit)))
        if self.own or not (spot.attribute or self.mute):
            spot.element.set("unit", self.unit)


class _Ejectable(Codec):
    """Text of which an empty one says that the place is not there."""

    missing = ""
    removes = ""


@dataclass(frozen=True)
class Beside(Codec):
    """Text in an attribute, beside which libvirt wants others that are always the same."""

    attributes: Mapping[str, str]

    def write(self, spot: Spot, value: Any) -> None:
        spot.element.attrib.update(self.attributes)
        spot.put(str(value))


class _Limit(_Integer):
    """A number of which 0 says that there is no limit, and so no place."""

    removes = 0

    def parse(self, value: Any) -> int:
        number = super().parse(value)
        if number < 0:
            raise ValueError(f"{number} is less than 0")
        return number


class _Rate(_Limit):
    """A size of which 0 says that there is no limit, and so no place. XML knows bytes alone."""

    def parse(self, value: Any) -> int:
        return 0 if str(value) == "0" else units.parse_size(value)

    def show(self, value: Any) -> str:
        return units.show_size(value) if value else "0"


ALIAS_PREFIX = "ua-vmrt-"


class _Alias(Codec):
    """The name of a device, kept as the user alias that libvirt never changes."""

    def read(self, spot: Spot) -> str | None:
        text = spot.text or ""
        return text[len(ALIAS_PREFIX) :] if text.startswith(ALIAS_PREFIX) else None

    def write(self, spot: Spot, value: Any) -> None:
        spot.put(ALIAS_PREFIX + value)


class _Tag(Codec):
    """The name of an element; what it holds is of no interest."""

    def read(self, spot: Spot) -> str | None:
        return name(spot.element)


class _Lower(Codec):
    """Text whose case has no meaning, such as a MAC address."""

    def parse(self, value: Any) -> str:
        return str(Codec.parse(self, value)).lower()

    def read(self, spot: Spot) -> str | None:
        return spot.text.lower() if spot.text else None


class _Offset(Codec):
    """Seconds before or after, as libvirt writes them, or a word."""

    def parse(self, value: Any) -> str:
        text = str(Codec.parse(self, value))
        return str(int(text)) if text.lstrip("+-").isdigit() else text


class _Mode(Codec):
    """Permissions, which libvirt writes in four octal digits."""

    def parse(self, value: Any) -> str:
        text = str(Codec.parse(self, value))
        return text.zfill(4) if text.isdigit() else text


class _Upper(Codec):
    """Text that libvirt keeps in capitals."""

    def parse(self, value: Any) -> str:
        return str(Codec.parse(self, value)).upper()


@dataclass(frozen=True)
class Entries(Codec):
    """A dict of strings, kept as children such as ``<entry name="key">value</entry>``; where
    ``value`` names an attribute, it holds the value in place of the text. For entries that stand
    among other things, ``missing`` and ``removes`` are None."""

    tag: str
    key: str = "name"
    value: str | None = None
    missing: Any = field(default_factory=dict)
    removes: Any = field(default_factory=dict)

    def parse(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ValueError("is not a dictionary")
        text = Codec()
        return {text.parse(key): text.parse(item) for key, item in value.items()}

    def read(self, spot: Spot) -> dict[str, str] | None:
        found = {
            entry.get(self.key, ""): Spot(entry, self.value).text or ""
            for entry in children(spot.element, self.tag)
        }
        return found or self.missing

    def write(self, spot: Spot, value: Any) -> None:
        for entry in list(children(spot.element, self.tag)):
            spot.element.remove(entry)
        for key, text in value.items():
            entry = new(self.tag)
            entry.set(self.key, key)
            Spot(entry, self.value).put(text)
            spot.element.append(entry)


class _Cpus(Codec):
    """A set of CPU numbers, such as ``0-3,^2,8``; libvirt writes it as ``0-1,3,8``."""

    def parse(self, value: Any) -> str:
        return ",".join(_spans(sorted(numbers(value))))

    def read(self, spot: Spot) -> str | None:
        try:
            return self.parse(spot.text)
        except ValueError:
            return spot.text


_SPAN = re.compile(r"(\^?)(\d{1,5})(?:-(\d{1,5}))?")


def numbers(cpus: Any) -> set[int]:
    """The numbers of a set such as ``0-3,^2,8``."""
    found: set[int] = set()
    for part in str(cpus).replace(" ", "").split(","):
        span = _SPAN.fullmatch(part)
        if not span:
            raise ValueError(f"'{cpus}' is no set of numbers: write it as 0-3,8 or 0-7,^4")
        without, first, last = span.groups()
        if last and int(last) < int(first):
            raise ValueError(f"'{part}' ends before it begins")
        named = range(int(first), int(last or first) + 1)
        found = found.difference(named) if without else found.union(named)
    if not found:
        raise ValueError(f"'{cpus}' leaves no number")
    return found


def _spans(numbers: list[int]) -> Iterator[str]:
    start = last = numbers[0]
    for number in [*numbers[1:], None]:
        if number is not None and number == last + 1:
            last = number
            continue
        yield str(start) if start == last else f"{start}-{last}"
        if number is not None:
            start = last = number


class _Raw(Codec):
    """A value with no place in XML, taken as Ansible gives it."""

    def parse(self, value: Any) -> Any:
        return value


TEXT = Codec()
TAG = _Tag()
LOWER = _Lower()
UPPER = _Upper()
MODE = _Mode()
OFFSET = _Offset()
INT = _Integer()
NUMBER = _Number()
HEX = _Hex()
COUNT = _Count()
YES_NO = _Flag("yes", "no")
YES_OR_NOTHING = _Flag("yes", "no", missing=False)
ON_OFF = _Flag("on", "off")
PRESENCE = _Presence()
FILLED = _Filled()
SWITCH = _Switch()
MEMORY = _Size("KiB", "MiB")
MEGABYTES = _Size("MiB", "MiB")
MEMORY_OR_NONE = _Size("KiB", "MiB", zero=True)
MEMORY_UNIT = _Size("KiB", "MiB", own=True)
BYTES_UNIT = _Size("B", "B", own=True)
CAPACITY = _Size("bytes")
BYTES = _Size("bytes", mute=True)
ALIAS = _Alias()
PAIRS = Entries("vmrt:item")
CPUS = _Cpus()
RAW = _Raw()
EJECTABLE = _Ejectable()
LIMIT = _Limit()
RATE = _Rate()
