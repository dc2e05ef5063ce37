# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Points for each vm on the node that the vm would like to be with, or rather be apart from."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Rooms


def points(guest: Guest, rooms: Rooms) -> list[float]:
    if not guest.likes:
        return []
    return [
        float(sum(weight * room.matches.get(number, 0) for number, weight in guest.likes))
        for room in rooms
    ]
