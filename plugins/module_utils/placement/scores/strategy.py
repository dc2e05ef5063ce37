# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Up to 100 points for what would stay free of the node (spread), or for what would not (pack)."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import (
    PACK,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Rooms


def points(guest: Guest, rooms: Rooms) -> list[float]:
    vcpus, memory = guest.wish.vcpus, guest.wish.memory
    free = [
        room.cpu_points * (room.cpus_free - vcpus)
        + room.memory_points * (room.memory_free - room.overhead - memory)
        for room in rooms
    ]
    return [100 - one for one in free] if guest.wish.strategy == PACK else free
