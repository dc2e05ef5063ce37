# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes, and which vm is on which of them, while places are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.filters.every import (
    FIXED,
    FREE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.scores.every import SCORES
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.selectors import Selectors
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Node,
    Verdict,
    Wish,
)


class Occupancy:
    """All is in the order of names, so that the order in which things are given has no effect."""

    def __init__(self, nodes: Iterable[Node], wishes: Iterable[Wish]) -> None:
        named = sorted(wishes, key=lambda wish: wish.name)
        self.rooms = [Room(node) for node in sorted(nodes, key=lambda node: node.name)]
        self.room = {room.node.name: room for room in self.rooms}
        selectors = Selectors(named)
        self.guests = [Guest(wish, selectors) for wish in named]
        # All CPUs and all memory.
        self.size = (
            sum(room.node.cpus for room in self.rooms) or 1,
            sum(room.node.memory for room in self.rooms) or 1,
        )
        # By selector: how many it means that have a place, and that are still to get one.
        self._placed: Counter[int] = Counter()
        self.waiting: Counter[int] = Counter()
        self._fitting: dict[Any, Rooms] = {}

    def put(self, guest: Guest, name: str, new: bool = False) -> None:
        """Put a vm on a node; ``new`` tells that its volumes are still to be made there."""
        self._placed.update(guest.marks)
        if name in self.room:
            self.room[name].put(guest, new)

    def take(self, guest: Guest, name: str) -> None:
        """Take a vm off a node."""
        self._placed.subtract(guest.marks)
        if name in self.room:
            self.room[name].take(guest)

    def fitting(self, guest: Guest) -> Rooms:
        """Where a vm could be."""
        self._bind(guest)
        rooms = self._of_fixed(guest)
        for one in FREE:
            rooms = one.keep(guest, rooms)
        return rooms

    def best(self, guest: Guest) -> str | None:
        """The best place for a vm; of several that are as good, the first by name."""
        rooms = self.fitting(guest)
        if not rooms:
            return None
        points = added_up(guest, rooms)
        return rooms[max(range(len(rooms)), key=points.__getitem__)].node.name

    def verdicts(self, guest: Guest) -> tuple[Verdict, ...]:
        """How good each node would be for a vm, or all that it has against it; the best first."""
        rooms = self.fitting(guest)
        passed = [
            Verdict(room.node.name, points=round(points, 1), notes=room.unknown(guest))
            for points, room in sorted(
                zip(added_up(guest, rooms), rooms), key=lambda pair: -pair[0]
            )
        ]
        fit = {one.node for one in passed}
        out = [room for room in self.rooms if room.node.name not in fit]
        return (*passed, *(Verdict(room.node.name, _reasons(guest, room)) for room in out))

    def _of_fixed(self, guest: Guest) -> Rooms:
        rooms = self._fitting.get(guest.fixed)
        if rooms is None:
            rooms = self.rooms
            for one in FIXED:
                rooms = one.keep(guest, rooms)
            self._fitting[guest.fixed] = rooms
        return rooms

    def _bind(self, guest: Guest) -> None:
        """Of several that want to be together, the first is free to go anywhere."""
        guest.bound = tuple(
            number
            for number in guest.near
            if self._placed[number] > 0 or not (number in guest.marks or self.waiting[number] > 0)
        )


def added_up(guest: Guest, rooms: Rooms) -> list[float]:
    """The points of some nodes for a vm."""
    total = [0.0] * len(rooms)
    for points in (one.points(guest, rooms) for one in SCORES):
        if points:
            total = list(map(float.__add__, total, points))
    return total


def _reasons(guest: Guest, room: Room) -> tuple[str, ...]:
    if room.node.away:
        # Nothing else is known of it.
        return (room.node.away,)
    return tuple(one.why(guest, room) for one in (*FIXED, *FREE) if not one.keep(guest, [room]))
