# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that libvirt keeps of what vms and pools are, were and will be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


class Keeper(Protocol):
    """The part of an observer that this takes."""

    def names(self, kind: str) -> list[str]:
        """The names of all things of a kind."""

    def look(self, kind: str, name: str) -> Seen | None:
        """One of them, or None."""

    def snapshots(self, vm: str | None = None) -> Mapping[str, Any]:
        """The snapshots of each vm."""


def of_vms(observer: Keeper) -> dict[str, list[tree.Element]]:
    """By the name of each vm: its definition now, from its next start on, and as it was when a
    snapshot was taken."""
    kept = observer.snapshots()
    return {
        name: [*_parsed(observer, "vm", name), *(tree.parse(one.xml) for one in kept.get(name, ()))]
        for name in observer.names("vm")
    }


def of_pools(observer: Keeper) -> dict[str, list[tree.Element]]:
    """By the name of each pool: its definition now, and from its next start on."""
    return {name: list(_parsed(observer, "pool", name)) for name in observer.names("pool")}


def _parsed(observer: Keeper, kind: str, name: str) -> Iterable[tree.Element]:
    seen = observer.look(kind, name)
    texts = (seen.xml, seen.live_xml) if seen else ()
    return [tree.parse(xml) for xml in texts if xml]
