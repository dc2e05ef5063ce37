# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vm is apart from those that it must not be with, and from those that want it apart."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    for number in guest.apart:
        rooms = [room for room in rooms if not room.matches.get(number)]
    for number in guest.marks:
        rooms = [room for room in rooms if not room.repels.get(number)]
    return rooms


def why(guest: Guest, room: Room) -> str:
    required = [term for term in guest.wish.anti_affinity if term.required]
    there = [str(term) for term, number in zip(required, guest.apart) if room.matches.get(number)]
    if there:
        return f"it has some of those of anti_affinity: {'; '.join(there)}"
    return "it has a vm whose anti_affinity means this one"
