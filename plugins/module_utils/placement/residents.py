# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vms that nodes have, and what an inventory says of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node, Wish
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.whereabouts import whereabouts
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class Declared:
    """A host of the inventory that is a vm. It is ``wanted`` when its node is asked for, ``absent``
    when there should be no such vm, and ``made`` when this play would make it where it is pinned.
    """

    host: str
    wish: Wish
    wanted: bool = False
    absent: bool = False
    made: bool = False


@dataclass(frozen=True)
class Nodes:
    """The nodes with their vms. Of the ``silent`` ones nothing is known, and they said something
    instead; those that are ``bare`` will run libvirt only later, and have no vms."""

    nodes: Collection[Node]
    residents: Collection[Wish] = ()
    silent: Mapping[str, str] = field(default_factory=dict)
    bare: Collection[str] = ()


class Residents:
    """The vms that nodes have, and whose they are."""

    def __init__(self, residents: Iterable[Wish], declared: Iterable[Declared]) -> None:
        self._there = {(one.name, one.current): one for one in residents}
        self._pinned = {(one.wish.name, one.wish.pinned) for one in declared if one.wish.pinned}
        self._on: dict[str, list[str]] = {}
        for name, node in self._there:
            if (name, node) not in self._pinned:
                self._on.setdefault(name, []).append(str(node))

    def node_of(self, one: Declared, silent: Mapping[str, str]) -> str | None:
        """The node that a vm is on, or None."""
        wish = one.wish
        if wish.pinned is not None:
            return wish.pinned if (wish.name, wish.pinned) in self._there else None
        return whereabouts(wish.name, self._on.get(wish.name, ()), silent if one.wanted else {})

    def claim(self, one: Declared, node: str) -> Wish:
        """A vm that is there, with what is declared of it: it takes the larger of both."""
        there = self._there.pop((one.wish.name, node), None)
        held = "its vmrt_node says that it belongs there" if one.wish.pinned else ""
        wish = replace(one.wish, current=node, pinned=None, held=held)
        if there is None:
            return wish
        return replace(
            wish,
            vcpus=max(wish.vcpus, there.vcpus),
            memory=max(wish.memory, there.memory),
            labels={**there.labels, **wish.labels},
        )

    def unclaimed(self) -> list[Wish]:
        return list(self._there.values())


def inhabitants(declared: Iterable[Declared], told: Nodes, broken: Mapping[str, str]) -> list[Wish]:
    """All vms of the nodes, each with what is declared of it. ``broken`` are vms, by their names,
    whose declaration is no good: nobody knows where these belong, nor those that are on several
    nodes, so they are held where they are."""
    declared = list(declared)
    residents, held, wishes = Residents(told.residents, declared), dict(broken), []
    for one in declared:
        try:
            node = residents.node_of(one, {})
        except VmrtError as error:
            held[one.wish.name] = str(error)
            continue
        if node is not None:
            wishes.append(residents.claim(one, node))
    others = [replace(one, held=held.get(one.name, "")) for one in residents.unclaimed()]
    shared = {node.name: node.shared for node in told.nodes}
    return [_with_its_disks(one, shared.get(str(one.current), ())) for one in (*wishes, *others)]


def _with_its_disks(wish: Wish, shared: Collection[str]) -> Wish:
    """A vm that is to move: what it has in shared pools needs these, and no more room there."""
    needed = {**dict.fromkeys((one.pool for one in wish.overlays), 0), **wish.storage}
    return replace(
        wish,
        storage={pool: 0 if pool in shared else size for pool, size in needed.items()},
        overlays=tuple(one for one in wish.overlays if one.pool not in shared),
    )
