# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sizes: strings with binary suffixes outside, bytes inside."""

from __future__ import annotations

import re
from fractions import Fraction

KIB = 1024
MIB = KIB * 1024
GIB = MIB * 1024

_UNITS = {
    "b": 1,
    "bytes": 1,
    "kib": KIB,
    "mib": MIB,
    "gib": GIB,
    "tib": GIB * 1024,
    "pib": GIB * 1024 * 1024,
}
# libvirt's XML also knows decimal and one-letter units; they are read, never accepted from users.
_XML_UNITS = {
    **_UNITS,
    "k": KIB,
    "m": MIB,
    "g": GIB,
    "t": GIB * 1024,
    "kb": 1000,
    "mb": 1000**2,
    "gb": 1000**3,
    "tb": 1000**4,
}
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$")


def parse_size(text: object, bare: str | None = None, zero: bool = False) -> int:
    """Bytes of a size such as ``4GiB``, ``1.5 GiB`` or, where ``bare`` names a unit, ``4096``.

    Raises ValueError with a reason for anything else: decimal units (GB, G) are ambiguous.
    """
    found = _SIZE.match(str(text))
    if not found:
        raise ValueError(f"'{text}' is not a size: write a number and a unit, such as 4GiB")
    number, unit = found.groups()
    if not unit:
        if bare is None:
            raise ValueError(f"'{text}' has no unit: write for example {number}GiB")
        unit = bare
    factor = _UNITS.get(unit.lower())
    if factor is None:
        letter = unit[0].upper()
        if letter in "KMGTP" and unit.lower() in (letter.lower(), letter.lower() + "b"):
            raise ValueError(
                f"'{text}' is ambiguous, because {unit} may mean a power of ten or of two: "
                f"write {number}{letter}iB"
            )
        raise ValueError(f"'{text}' has the unknown unit {unit}: use KiB, MiB, GiB or TiB")
    size = Fraction(number) * factor
    if size.denominator != 1:
        raise ValueError(f"'{text}' is not a whole number of bytes")
    if size <= 0 and not zero:
        raise ValueError(f"'{text}' is not a positive size")
    if size >= 2**63:
        raise ValueError(f"'{text}' is larger than any size libvirt can hold")
    return int(size)


def show_size(size: int) -> str:
    """The shortest exact way to write a number of bytes: ``2GiB``, ``1536MiB``, ``5B``."""
    for unit in ("PiB", "TiB", "GiB", "MiB", "KiB"):
        factor = _UNITS[unit.lower()]
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return f"{size}B"


def xml_size(text: str, unit: str | None, default: str) -> int:
    """Bytes of what libvirt writes: a number, and a unit that may be left out."""
    return int(text.strip()) * _XML_UNITS[(unit or default).lower()]
