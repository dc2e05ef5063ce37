# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left of a node, and who is there."""

from __future__ import annotations

from collections.abc import Mapping

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
        for pool, size in self.needs(guest).items() if new else ():
            free = self.storage_free.get(pool)
            if free is not None:
                self.storage_free[pool] = free - size

    def needs(self, guest: Guest) -> Mapping[str, int]:
        """The room that the new volumes of a vm need here, by pool. An image that is not here yet
        counts nothing."""
        if not guest.wish.overlays:
            return guest.wish.storage
        needed = dict(guest.wish.storage)
        for one in guest.wish.overlays:
            size = self.node.images.get((one.image_pool, one.image), 0)
            needed[one.pool] = needed.get(one.pool, 0) + size
        return needed

    def unknown(self, guest: Guest) -> tuple[str, ...]:
        """What is not known of a vm here."""
        images = {
            one.image: None
            for one in guest.wish.overlays
            if (one.image_pool, one.image) not in self.node.images
        }
        return tuple(
            f"how large the image {image} is, is not known there, and counts nothing"
            for image in images
        )

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
