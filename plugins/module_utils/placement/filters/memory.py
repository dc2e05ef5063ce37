# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""There is memory for the vm, with over-commit and what a vm costs besides its own."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.sizes import about


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    needed = guest.wish.memory
    return [room for room in rooms if room.memory_free - room.overhead >= needed]


def why(guest: Guest, room: Room) -> str:
    free, whole = about(room.memory_free), about(room.node.memory_room)
    return f"of {whole} of memory {free} are free, and {_needed(guest, room)} needed"


def _needed(guest: Guest, room: Room) -> str:
    return about(guest.wish.memory + room.overhead)
