# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a device stands, in a machine or on its node, as one text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import Codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Element, Spot, new

_PCI = re.compile(r"([0-9a-f]{4}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])")
_PCI_PARTS = ("domain", "bus", "slot", "function")
_SEVERAL = {"on": "multifunction", "off": "single"}
_KINDS = (
    *("pci", "drive", "virtio-serial", "ccid", "usb", "spapr-vio", "virtio-s390", "ccw"),
    *("virtio-mmio", "isa", "dimm", "unassigned"),
)
_PART = re.compile(r"([a-z]+|zpci\.[uf]id)=[A-Za-z0-9.]+")
# What a mainframe adds to the address of a PCI device.
_ZPCI = "zpci"


class Address(Codec):
    """Where a device stands in its machine.

    A PCI address is written as lspci does, ``0000:03:00.0``, with ``multifunction`` behind it where
    the device has several functions, and what a mainframe needs; any other as its type and its
    parts in libvirt's words, ``drive controller=0 bus=0 target=0 unit=1``.
    """

    def parse(self, value: Any) -> str:
        words = str(Codec.parse(self, value)).split()
        first, *rest = words or [""]
        if _PCI.fullmatch(first):
            several = rest[0] if rest and rest[0] in _SEVERAL.values() else ""
            rest = rest[1:] if several else rest
            fits = all(part.startswith(f"{_ZPCI}.") for part in rest)
        else:
            fits = first in _KINDS
        if fits and all(_PART.fullmatch(part) for part in rest):
            return " ".join(words)
        raise ValueError(
            f"'{value}' is not the address of a device: write it as 0000:03:00.0, or as "
            "'drive controller=0 bus=0 target=0 unit=1'. The types are "
            f"{', '.join(_KINDS)}"
        )

    def read(self, spot: Spot) -> str | None:
        parts = dict(spot.element.attrib)
        kind = parts.pop("type", None)
        if kind is None:
            return None
        zpci = spot.element.find(_ZPCI)
        added = [
            f"{_ZPCI}.{name}={text}"
            for name, text in (zpci.attrib if zpci is not None else {}).items()
        ]
        several = parts.pop("multifunction", None)
        if kind == "pci" and set(parts) <= set(_PCI_PARTS) and several in (None, "on", "off"):
            if not parts and added:
                return " ".join([kind, *added])
            words = [_pci(spot.element), *([_SEVERAL[several]] if several else []), *added]
            return " ".join(words)
        return " ".join([kind, *(f"{name}={part}" for name, part in parts.items()), *added])

    def write(self, spot: Spot, value: Any) -> None:
        element = spot.element
        element.attrib.clear()
        element[:] = []
        first, *rest = value.split()
        if _PCI.fullmatch(first):
            element.set("type", "pci")
            _put_pci(element, first)
        else:
            element.set("type", first)
        for word in rest:
            name, _equals, text = word.partition("=")
            if not text:
                element.set("multifunction", next(k for k, v in _SEVERAL.items() if v == word))
            elif name.startswith(f"{_ZPCI}."):
                if not len(element):
                    element.append(new(_ZPCI))
                element[0].set(name.partition(".")[2], text)
            else:
                element.set(name, text)


@dataclass(frozen=True)
class Stands:
    """Checks that an address is of one of some types."""

    kinds: Sequence[str]

    def __call__(self, address: str) -> None:
        kind = "pci" if _PCI.fullmatch(address.split()[0]) else address.split()[0]
        if kind not in self.kinds:
            raise ValueError(
                f"'{address}' is no place for such a device: it begins with "
                f"{' or '.join(self.kinds)}"
            )


class HostPci(Codec):
    """Where a PCI device stands on the node, as lspci writes it."""

    def __init__(self, kind: str | None = None):
        # What libvirt wants the element to say of itself.
        self._kind = kind

    def parse(self, value: Any) -> str:
        text = str(Codec.parse(self, value)).strip()
        if not _PCI.fullmatch(text):
            raise ValueError(f"'{value}' is not the address of a PCI device, such as 0000:03:00.0")
        return text

    def read(self, spot: Spot) -> str | None:
        return _pci(spot.element) if spot.element.get("type") in (None, "pci") else None

    def write(self, spot: Spot, value: Any) -> None:
        spot.element.attrib.clear()
        if self._kind:
            spot.element.set("type", self._kind)
        _put_pci(spot.element, value)


def _pci(element: Element) -> str:
    """How lspci writes the place; parts that are left out are 0."""
    domain, bus, slot, function = (int(element.get(name, "0"), 0) for name in _PCI_PARTS)
    return f"{domain:04x}:{bus:02x}:{slot:02x}.{function:x}"


def _put_pci(element: Element, text: str) -> None:
    found = _PCI.fullmatch(text)
    for name, digits in zip(_PCI_PARTS, found.groups() if found else ()):
        element.set(name, "0x" + digits)


ADDRESS = Address()
