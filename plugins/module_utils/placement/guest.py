# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm as placing sees it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.selectors import Selectors
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Wish


class Guest:
    """A wish whose terms are numbers of selectors.

    ``marks`` mean the vm itself. It has to be ``near`` one of each, ``apart`` from all of each, and
    ``likes`` others with so many points, or less than none. ``bound`` are those of ``near`` that
    bind it now: the first of several that want to be together is free.
    """

    __slots__ = ("apart", "bound", "fixed", "likes", "marks", "near", "wish")

    def __init__(self, wish: Wish, selectors: Selectors) -> None:
        number = selectors.number
        self.wish = wish
        self.marks = selectors.meaning(wish)
        self.near = tuple(number(one) for one in wish.affinity if one.required)
        self.apart = tuple(number(one) for one in wish.anti_affinity if one.required)
        self.likes = (
            *((number(one), one.weight) for one in wish.affinity if not one.required),
            *((number(one), -one.weight) for one in wish.anti_affinity if not one.required),
        )
        self.bound = self.near
        # Vms that are alike in this pass the same of the filters that look at fixed facts.
        self.fixed = (
            frozenset(wish.node_selector.items()),
            wish.tolerations,
            wish.hypervisor,
            wish.arch,
            wish.networks,
        )
