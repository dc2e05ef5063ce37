# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points off a node that would rather have no vms, as many as a whole node is worth."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import (
    PREFER_NO_SCHEDULE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Rooms


def points(guest: Guest, rooms: Rooms) -> list[float]:
    if not any(room.node.taints for room in rooms):
        return []
    return [
        sum(
            -100.0
            for taint in room.node.taints
            if taint.effect == PREFER_NO_SCHEDULE and not guest.wish.tolerates(taint)
        )
        for room in rooms
    ]
