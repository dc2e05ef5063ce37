# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the nodes and an inventory say to a node for each vm that has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import no_node
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Decision,
    Node,
    Wish,
)
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


@dataclass
class Assignment:
    """What became of the hosts that a node was asked for: they have a node, or an error, or there
    is no such vm, or it can not be told before the bare nodes are nodes."""

    nodes: dict[str, str] = field(default_factory=dict)
    errors: dict[str, VmrtError] = field(default_factory=dict)
    nowhere: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    decisions: dict[str, Decision] = field(default_factory=dict)


def assign(
    declared: Iterable[Declared], told: Nodes, new: bool = True, explain: bool = False
) -> Assignment:
    """Vms that are somewhere stay there; for the others places are found, if ``new``."""
    declared = sorted(declared, key=lambda one: one.host)
    found, residents = Assignment(), _Residents(told.residents, declared)
    wishes: list[Wish] = []
    homeless: dict[str, str] = {}
    for one in declared:
        try:
            node = residents.node_of(one, told.silent)
        except VmrtError as error:
            if one.wanted:
                found.errors[one.host] = error
            continue
        if node is not None:
            wishes.append(residents.claim(one, node))
            if one.wanted:
                found.nodes[one.host] = node
        elif one.wish.pinned is not None:
            wishes += [one.wish] if one.made else []
        elif one.wanted and (one.absent or not new):
            found.nowhere.append(one.host)
        elif one.wanted and told.bare:
            found.unknown.append(one.host)
        elif one.wanted and one.wish.name in homeless:
            found.errors[one.host] = _twice(one.wish.name, homeless[one.wish.name], one.host)
        elif one.wanted:
            homeless[one.wish.name] = one.host
            wishes.append(one.wish)
    decisions = place(told.nodes, [*wishes, *residents.unclaimed()], explain)
    for name, host in homeless.items():
        decision = found.decisions[host] = decisions[name]
        if decision.node is None:
            found.errors[host] = no_node(decision)
        else:
            found.nodes[host] = decision.node
    return found


class _Residents:
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
        wish, there = one.wish, self._there.pop((one.wish.name, node), None)
        if there is None:
            return replace(wish, current=node, pinned=None)
        return replace(
            wish,
            vcpus=max(wish.vcpus, there.vcpus),
            memory=max(wish.memory, there.memory),
            labels={**there.labels, **wish.labels},
            current=node,
            pinned=None,
        )

    def unclaimed(self) -> list[Wish]:
        return list(self._there.values())


def _twice(name: str, host: str, other: str) -> VmrtError:
    return VmrtError(
        f"{host} and {other} are both called {name}, and none of them says where it is",
        option="vmrt_name",
        hint="Give one of them another name, or both their vmrt_node.",
    )
