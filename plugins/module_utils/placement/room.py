# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a node, and who is there."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node

Rooms = list["Room"]


class Room:
    """A node with account of all that is on it. What is free may be less than nothing: a vm that
    is there stays there."""

    __slots__ = (
        "cpu_points",
        "cpus_free",
        "leans",
        "matches",
        "memory_free",
        "memory_points",
        "node",
        "overhead",
        "repels",
        "storage_free",
    )

    def __init__(self, node: Node) -> None:
        self.node = node
        self.cpus_free = node.cpu_room
        self.memory_free = node.memory_room
        self.overhead = node.memory_overhead
        self.storage_free = dict(node.storage)
        # By selector: how many here it means, and how many here have to be with one of those, or
        # with none of them.
        self.matches: dict[int, int] = {}
        self.leans: dict[int, int] = {}
        self.repels: dict[int, int] = {}
        # What each free CPU and byte is worth, where the whole node is worth 100.
        self.cpu_points = 50 / node.cpu_room if node.cpu_room else 0.0
        self.memory_points = 50 / node.memory_room if node.memory_room else 0.0

    def put(self, guest: Guest, new: bool) -> None:
        """``new`` tells that its volumes are still to be made."""
        self._add(guest, 1)
        for pool, size in guest.wish.storage.items() if new else ():
            free = self.storage_free.get(pool)
            if free is not None:
                self.storage_free[pool] = free - size

    def take(self, guest: Guest) -> None:
        """The room of its volumes is not counted as free before they are gone."""
        self._add(guest, -1)

    def _add(self, guest: Guest, sign: int) -> None:
        self.cpus_free -= sign * guest.wish.vcpus
        self.memory_free -= sign * (guest.wish.memory + self.overhead)
        for count, numbers in (
            (self.matches, guest.marks),
            (self.leans, guest.near),
            (self.repels, guest.apart),
        ):
            for number in numbers:
                count[number] = count.get(number, 0) + sign
