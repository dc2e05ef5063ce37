# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which vms the terms of all vms speak of: each distinct choice of vms has a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Term, Wish

_Key = tuple[frozenset[str], frozenset[str], frozenset[tuple[str, str]]]


class Selectors:
    """The choices of vms that there are in the terms of some wishes.

    Each is filed under what makes a vm one of those, so that a vm is compared with few of them.
    """

    def __init__(self, wishes: Iterable[Wish]) -> None:
        self._numbers: dict[_Key, int] = {}
        self._labels: list[frozenset[tuple[str, str]]] = []
        self._of_vm: dict[str, list[int]] = {}
        self._of_group: dict[str, list[int]] = {}
        self._of_label: dict[tuple[str, str], list[int]] = {}
        for wish in wishes:
            for term in (*wish.affinity, *wish.anti_affinity):
                self._add(term)

    def _add(self, term: Term) -> None:
        key = (term.vms, term.groups, term.labels)
        if key in self._numbers:
            return
        number = self._numbers[key] = len(self._labels)
        self._labels.append(term.labels)
        for name in term.vms:
            self._of_vm.setdefault(name, []).append(number)
        for group in term.groups:
            self._of_group.setdefault(group, []).append(number)
        if term.labels:
            # A vm has to carry all of them, so one is enough to be found by.
            self._of_label.setdefault(min(term.labels), []).append(number)

    def number(self, term: Term) -> int:
        return self._numbers[term.vms, term.groups, term.labels]

    def meaning(self, wish: Wish) -> frozenset[int]:
        """The numbers of those that mean a vm."""
        return frozenset(self._meaning(wish))

    def _meaning(self, wish: Wish) -> Iterator[int]:
        yield from self._of_vm.get(wish.name, ())
        for group in wish.groups:
            yield from self._of_group.get(group, ())
        carried = frozenset(wish.labels.items())
        for label in carried:
            for number in self._of_label.get(label, ()):
                if self._labels[number] <= carried:
                    yield number
