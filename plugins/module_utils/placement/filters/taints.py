# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vm tolerates what the node is tainted with."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import (
    NO_SCHEDULE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    return [room for room in rooms if not _against(guest, room)]


def why(guest: Guest, room: Room) -> str:
    return f"it is tainted with {', '.join(_against(guest, room))}, which the vm does not tolerate"


def _against(guest: Guest, room: Room) -> list[str]:
    return [
        str(taint)
        for taint in room.node.taints
        if taint.effect == NO_SCHEDULE and not guest.wish.tolerates(taint)
    ]
