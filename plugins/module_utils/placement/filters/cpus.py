# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""There are CPUs for the vm, with over-commit."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    needed = guest.wish.vcpus
    return [room for room in rooms if room.cpus_free >= needed]


def why(guest: Guest, room: Room) -> str:
    free, whole = max(0, room.cpus_free), room.node.cpu_room
    return f"of {whole} CPUs {free} are free, and {guest.wish.vcpus} needed"
