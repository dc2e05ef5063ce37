# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Contestants one after the other, round after round: what disturbs one disturbs all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


def nothing() -> None:
    """What is done where nothing is to be done."""


@dataclass(frozen=True)
class Contestant:
    """A command that is measured.

    ``expected`` is what its output has to contain, so that one that did not do the work does not
    win. ``before`` and ``after`` are not measured. ``rounds`` is for a slow one that takes part in
    fewer.
    """

    title: str
    command: Sequence[str]
    node: str
    expected: str = ""
    before: Callable[[], object] = nothing
    after: Callable[[], object] = nothing
    rounds: int | None = None


@dataclass(frozen=True)
class Sample:
    """Seconds of one run: by the clock, and of CPU on the controller and on the node."""

    wall: float
    controller: float
    node: float

    @property
    def cpu(self) -> float:
        return self.controller + self.node


class Meter(Protocol):
    def measure(self, contestant: Contestant) -> Sample:
        """Run it once."""


def interleave(
    meter: Meter, contestants: Sequence[Contestant], rounds: int
) -> dict[str, list[Sample]]:
    """The samples of each contestant, by its title."""
    samples: dict[str, list[Sample]] = {one.title: [] for one in contestants}
    for number in range(rounds):
        for one in contestants:
            if one.rounds is None or number < one.rounds:
                one.before()
                samples[one.title].append(meter.measure(one))
                one.after()
    return samples
