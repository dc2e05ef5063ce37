# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is placed first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.guest import Guest
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.occupancy import Occupancy

_Rank = tuple[float, str]


def by_size(occupancy: Occupancy, guests: Iterable[Guest]) -> list[Guest]:
    """The largest first; of those that are as large, the first by name."""
    return sorted(guests, key=lambda guest: _rank(occupancy, guest))


def one_by_one(occupancy: Occupancy, guests: Iterable[Guest]) -> Iterator[Guest]:
    """Vms, each to be placed before the next is asked for: the largest first, which is the hardest
    to find a place for, but none before those that it has to be with. Where these wait for each
    other in a circle, one of them begins."""
    return _Queue(occupancy, list(guests)).run()


class _Queue:
    def __init__(self, occupancy: Occupancy, guests: list[Guest]) -> None:
        self._waiting = occupancy.waiting
        self._left = {_rank(occupancy, guest): guest for guest in guests}
        # By selector: those that it means, and those that have to be with one of them.
        self._meant: dict[int, list[_Rank]] = {}
        self._followers: dict[int, list[_Rank]] = {}
        # How many selectors a vm waits for.
        self._waits: dict[_Rank, int] = {}
        for rank, guest in sorted(self._left.items()):
            for number in guest.marks:
                self._waiting[number] += 1
                self._meant.setdefault(number, []).append(rank)

    def run(self) -> Iterator[Guest]:
        for rank, guest in self._left.items():
            numbers = self._waited_for(guest)
            self._waits[rank] = len(numbers)
            for number in numbers:
                self._followers.setdefault(number, []).append(rank)
        ready = [rank for rank, count in self._waits.items() if not count]
        heapify(ready)
        while self._left:
            rank = heappop(ready) if ready else self._in_a_circle()
            if rank not in self._left:
                continue
            guest = self._left.pop(rank)
            for number in guest.marks:
                self._waiting[number] -= 1
            yield guest
            for follower in self._freed(guest):
                heappush(ready, follower)

    def _waited_for(self, guest: Guest) -> list[int]:
        """Those that mean the vm itself as well are a group, in which nobody waits."""
        numbers = dict.fromkeys(guest.near)
        return [n for n in numbers if n not in guest.marks and self._waiting[n] > 0]

    def _freed(self, guest: Guest) -> Iterator[_Rank]:
        for number in guest.marks:
            if self._waiting[number]:
                continue
            for follower in self._followers.get(number, ()):
                self._waits[follower] -= 1
                if not self._waits[follower]:
                    yield follower

    def _in_a_circle(self) -> _Rank:
        """One that, over others, waits for itself."""
        rank, passed = min(self._left), set()
        while rank not in passed:
            passed.add(rank)
            number = self._waited_for(self._left[rank])[0]
            rank = next(one for one in self._meant[number] if one in self._left)
        return rank


def _rank(occupancy: Occupancy, guest: Guest) -> _Rank:
    """By the share of all nodes that a vm takes."""
    cpus, memory = occupancy.size
    return -(guest.wish.vcpus / cpus + guest.wish.memory / memory), guest.wish.name
