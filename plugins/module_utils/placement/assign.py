# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the nodes and an inventory say to a node for each vm that has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import no_node
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import (
    Declared,
    Nodes,
    Residents,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Decision, Wish
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


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
    found, residents = Assignment(), Residents(told.residents, declared)
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


def _twice(name: str, host: str, other: str) -> VmrtError:
    return VmrtError(
        f"{host} and {other} are both called {name}, and none of them says where it is",
        option="vmrt_name",
        hint="Give one of them another name, or both their vmrt_node.",
    )
