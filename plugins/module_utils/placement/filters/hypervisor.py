# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The node has the hypervisor of the vm, for its architecture."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


def keep(guest: Guest, rooms: Rooms) -> Rooms:
    return [room for room in rooms if _runs(guest, room)]


def why(guest: Guest, room: Room) -> str:
    wanted, known = guest.wish.hypervisor or "vms", sorted(room.node.runs)
    offered = ", ".join(f"{name} for {arch}" for name, arch in known) or "nothing"
    return f"it runs no {wanted} for {_arch(guest, room)}, but {offered}"


def _runs(guest: Guest, room: Room) -> bool:
    wanted, arch = guest.wish.hypervisor, _arch(guest, room)
    if wanted:
        return (wanted, arch) in room.node.runs
    return any(known == arch for _name, known in room.node.runs)


def _arch(guest: Guest, room: Room) -> str:
    return guest.wish.arch or room.node.arch
