# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's own grammar of what it is given."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

from lxml import etree

# Part of the Debian package libvirt0, which libvirt-python needs anyway.
FOLDER = Path("/usr/share/libvirt/schemas")
_ATTRIBUTES = 10
_FILES = {
    "vm": "domain",
    "network": "network",
    "pool": "storagepool",
    "volume": "storagevol",
    "secret": "secret",
}


def complaints(kind: str, xml: str) -> list[str]:
    """What libvirt's RELAX NG schema says against a definition."""
    grammar = _grammar(kind)
    grammar.validate(etree.fromstring(xml))
    return [str(entry) for entry in grammar.error_log]


def in_parts(xml: str) -> Iterator[str]:
    """A definition whose grammar libxml2 can check.

    It tries what is optional in every combination, and comes to no end with an element of many
    attributes: each share of them is checked by itself.
    """
    root = etree.fromstring(xml)
    most = max(len(element.attrib) for element in root.iter())
    for start in range(0, most, _ATTRIBUTES):
        part = deepcopy(root)
        for element in part.iter():
            if len(element.attrib) > _ATTRIBUTES:
                share = element.items()[start : start + _ATTRIBUTES]
                element.attrib.clear()
                element.attrib.update(share)
        yield etree.tostring(part, encoding="unicode")


@cache
def _grammar(kind: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(FOLDER / f"{_FILES[kind]}.rng"))
