# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables in Markdown: the hypervisors, and what libvirt can do to their vms."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import (
    EVERY,
    Abilities,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.registry import REGISTRY
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


def table() -> str:
    """The hypervisors, in the order in which one of them is picked."""
    rows = [
        f"| `{one.name}` | {_code(one.doc)} | `{one.type}` "
        f"| `{one.uri}` | {', '.join(f'`{kind}`' for kind in one.os_types)} "
        f"| {show_size(one.min_memory)} | {'experimental' if one.experimental else 'stable'} |"
        for one in REGISTRY.values()
    ]
    head = "| hypervisor | what it is | libvirt's type | URI | `os_type` | least memory | state |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows, ""])


def abilities() -> str:
    """What is possible, hypervisor by hypervisor."""
    names = list(REGISTRY)
    head = "| | " + " | ".join(f"`{name}`" for name in names) + " |"
    rows = [
        f"| {bit.metadata['doc'].rstrip('.')} | "
        + " | ".join(_shown(getattr(one.abilities, bit.name)) for one in REGISTRY.values())
        + " |"
        for bit in fields(Abilities)
    ]
    lacks = " | ".join(_shown(frozenset(one.lacks)) for one in REGISTRY.values())
    rows.append(f"| Options that mean nothing to it | {lacks} |")
    return "\n".join([head, "|---|" + "---|" * len(names), *rows, ""])


def _code(doc: str) -> str:
    """A sentence of the documentation as a cell of Markdown."""
    return re.sub(r"C\(([^)]*)\)", r"`\1`", doc).rstrip(".")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is EVERY:
        return "all that can be"
    named: Collection[str] = value
    return ", ".join(f"`{one}`" for one in sorted(named)) or "none"
