# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find a node for each vm that has none."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.occupancy import Occupancy
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.order import one_by_one
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Decision,
    Node,
    Wish,
)


def place(
    nodes: Iterable[Node], wishes: Collection[Wish], explain: bool = False
) -> dict[str, Decision]:
    """A decision for each vm, by name. Nothing that has a place is moved."""
    occupancy = Occupancy(nodes, wishes)
    found: dict[str, Decision] = {}
    homeless = []
    for guest in occupancy.guests:
        wish, node = guest.wish, guest.wish.current or guest.wish.pinned
        if node is None:
            homeless.append(guest)
            continue
        occupancy.put(guest, node, new=wish.current is None)
        why = "it is there" if wish.current else "vmrt_node says so"
        found[wish.name] = Decision(wish.name, node, why)
    for guest in one_by_one(occupancy, homeless):
        name = guest.wish.name
        best = occupancy.best(guest)
        verdicts = occupancy.verdicts(guest) if explain or best is None else ()
        if best is not None:
            occupancy.put(guest, best, new=True)
        why = "it fits nowhere" if best is None else "it is the best node for it"
        found[name] = Decision(name, best, why, verdicts)
    return dict(sorted(found.items()))
