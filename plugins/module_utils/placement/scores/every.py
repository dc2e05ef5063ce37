# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scores, which are added up."""

from __future__ import annotations

from typing import Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.room import Rooms
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.scores import (
    company,
    strategy,
    taints,
)


class Score(Protocol):
    """A module that gives points to nodes, or an empty list where it has nothing to say."""

    def points(self, guest: Guest, rooms: Rooms) -> list[float]:
        """The points of each room, in their order; an empty list for no opinion."""


def _each(*scores: Score) -> tuple[Score, ...]:
    return scores


SCORES = _each(strategy, company, taints)
