# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The node has the labels that the vm asks for."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    wanted = guest.wish.node_selector.items()
    return [room for room in rooms if wanted <= room.node.labels.items()]


def why(guest: Guest, room: Room) -> str:
    missing = sorted(guest.wish.node_selector.items() - room.node.labels.items())
    return f"it has no label {', '.join(f'{key}={value}' for key, value in missing)}"
