# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters. What those of fixed facts say does not change while vms are placed."""

from __future__ import annotations

from typing import Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.filters import (
    affinity,
    answers,
    anti_affinity,
    cpus,
    hypervisor,
    memory,
    networks,
    node_selector,
    storage,
    taints,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Room, Rooms


class Filter(Protocol):
    """A module that says which nodes can have a vm, and of any other one why not."""

    def keep(self, guest: Guest, rooms: Rooms) -> Rooms:
        """The rooms that can have the guest."""

    def why(self, guest: Guest, room: Room) -> str:
        """Why a room can not."""


def _each(*filters: Filter) -> tuple[Filter, ...]:
    return filters


FIXED = _each(answers, node_selector, taints, hypervisor, networks)
FREE = _each(cpus, memory, storage, affinity, anti_affinity)
