# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Better places for vms that have one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.occupancy import (
    Occupancy,
    added_up,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.order import by_size
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Move, Node, Wish

# How much better another node has to be for a move, in points.
WORTHWHILE = 10.0


def rebalance(
    nodes: Iterable[Node], wishes: Collection[Wish], worthwhile: float = WORTHWHILE
) -> list[Move]:
    """The moves that are worth it, to be made in their order: each finds its target with room. The
    vms that can not stay where they are come first, then the largest. None is moved twice, and none
    leaves those behind that have to be with it. One that is held stays."""
    occupancy = Occupancy(nodes, wishes)
    there = [
        guest
        for guest in occupancy.guests
        if guest.wish.current in occupancy.room and not guest.wish.held
    ]
    for guest in occupancy.guests:
        node = guest.wish.current or guest.wish.pinned
        if node is not None:
            occupancy.put(guest, node, new=guest.wish.current is None)
    moves: dict[str, Move] = {}
    for gain in (None, worthwhile):
        for guest in by_size(occupancy, there):
            move = None if guest.wish.name in moves else _move(occupancy, guest, gain)
            if move is not None:
                moves[move.vm] = move
    return list(moves.values())


def _move(occupancy: Occupancy, guest: Guest, gain: float | None) -> Move | None:
    """The move of a vm to a node that is better by so many points or, without, only of one that
    can not stay where it is."""
    name, source = guest.wish.name, guest.wish.current or ""
    occupancy.take(guest, source)
    rooms = occupancy.fitting(guest)
    points = dict(zip((room.node.name for room in rooms), added_up(guest, rooms)))
    target = max(points, key=points.__getitem__, default=None)
    move = None
    if source not in points:
        verdicts = occupancy.verdicts(guest)
        (here,) = [one for one in verdicts if one.node == source]
        move = Move(name, source, target, f"can not stay: {' and '.join(here.reasons)}", verdicts)
    elif target is not None and gain is not None and not _held(occupancy, guest, source):
        better = points[target] - points[source]
        if better > gain:
            move = Move(name, source, target, f"is better there by {better:.0f} points")
    occupancy.put(guest, (move and move.target) or source, new=bool(move and move.target))
    return move


def _held(occupancy: Occupancy, guest: Guest, source: str) -> bool:
    """Has somebody there to be with it?"""
    return any(occupancy.room[source].leans.get(number) for number in guest.marks)
