# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's own grammar of what it is given."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

# Part of the Debian package libvirt0, which libvirt-python needs anyway.
FOLDER = Path("/usr/share/libvirt/schemas")
_FILES = {
    "vm": "domain",
    "network": "network",
    "pool": "storagepool",
    "volume": "storagevol",
}


def complaints(kind: str, xml: str) -> list[str]:
    """What libvirt's RELAX NG schema says against a definition."""
    grammar = _grammar(kind)
    grammar.validate(etree.fromstring(xml))
    return [str(entry) for entry in grammar.error_log]


@cache
def _grammar(kind: str) -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(FOLDER / f"{_FILES[kind]}.rng"))
