# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Empty a node."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Move, Node, Wish


def drain(nodes: Iterable[Node], wishes: Collection[Wish], node: str) -> list[Move]:
    """Where the vms of a node would go: all of them are placed anew on the other nodes. One that
    fits nowhere, or may not be moved, has no target."""
    others = [
        replace(one, away="it is being drained") if one.name == node else one for one in nodes
    ]
    here = sorted((wish for wish in wishes if wish.current == node), key=lambda wish: wish.name)
    leaving = [replace(wish, current=None) for wish in here if not wish.held]
    staying = [
        wish
        for wish in wishes
        if wish.held or (wish.current != node and (wish.current or wish.pinned))
    ]
    decisions = place(others, [*staying, *leaving], True)
    return [
        Move(wish.name, node, None, wish.held)
        if wish.held
        else Move(wish.name, node, found.node, found.why, found.verdicts)
        for wish in here
        for found in [decisions[wish.name]]
    ]
