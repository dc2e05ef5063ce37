# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The node has the pools of the vm, with room for its new volumes."""

from __future__ import annotations

from collections.abc import ItemsView

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.sizes import about


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    if guest.wish.overlays:
        return [room for room in rooms if all(_fits(room, *one) for one in _needs(guest, room))]
    for pool, size in guest.wish.storage.items():
        rooms = [room for room in rooms if _fits(room, pool, size)]
    return rooms


def why(guest: Guest, room: Room) -> str:
    return " and ".join(
        _lacking(room, *one) for one in sorted(_needs(guest, room)) if not _fits(room, *one)
    )


def _needs(guest: Guest, room: Room) -> ItemsView[str, int]:
    return room.needs(guest).items()


def _fits(room: Room, pool: str, size: int) -> bool:
    if pool not in room.storage_free:
        return False
    free = room.storage_free[pool]
    # Of a pool that is still to be made the room is not known. What needs no room fits a full one.
    return free is None or not size or free >= size


def _lacking(room: Room, pool: str, size: int) -> str:
    free = room.storage_free.get(pool)
    if free is None:
        return f"it has no active pool {pool}"
    return f"its pool {pool} has room for {about(free)}, and {about(size)} are needed"
