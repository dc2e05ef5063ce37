# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vm is with those that it has to be with."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    for number in guest.bound:
        rooms = [room for room in rooms if room.matches.get(number)]
    return rooms


def why(guest: Guest, room: Room) -> str:
    required = [term for term in guest.wish.affinity if term.required]
    missing = [
        str(term)
        for term, number in zip(required, guest.near)
        if number in guest.bound and not room.matches.get(number)
    ]
    return f"it has none of those of affinity: {'; '.join(missing)}"
