# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What samples say about a target."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.rounds import Sample

VMRT = "vmrt"
Samples = Mapping[str, Sequence[Sample]]


@dataclass(frozen=True)
class Target:
    """A value that was measured, and the bound that it should keep."""

    text: str
    value: float
    bound: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.bound if self.at_least else self.value <= self.bound


@dataclass(frozen=True)
class Comparison:
    """What came out of one comparison; ``profile`` finds out where our own time goes."""

    id: str
    title: str
    text: str
    samples: Samples
    targets: Sequence[Target]
    notes: Sequence[str] = ()
    profile: Callable[[], str] | None = field(default=None, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """As data; without the profile, which takes as long as another run."""
        return {
            "id": self.id,
            "title": self.title,
            "text": self.text,
            "contestants": [
                {"title": title, "samples": [vars(one) for one in samples], **summary(samples)}
                for title, samples in self.samples.items()
                if samples
            ],
            "targets": [{**vars(one), "met": one.met} for one in self.targets],
            "notes": list(self.notes),
        }


def summary(samples: Sequence[Sample]) -> dict[str, float]:
    """Minimum and median of each kind of seconds."""
    found: dict[str, float] = {"rounds": len(samples)}
    for kind in ("wall", "cpu", "controller", "node"):
        values = [getattr(one, kind) for one in samples]
        found[f"{kind}_min"], found[f"{kind}_median"] = min(values), statistics.median(values)
    return found


def median(samples: Sequence[Sample], kind: str = "wall") -> float:
    return summary(samples)[f"{kind}_median"]


def times(
    text: str, slow: Sequence[Sample], quick: Sequence[Sample], bound: float, kind: str = "wall"
) -> Target:
    """How many times more one takes than another; at least that many are wanted."""
    return Target(text, median(slow, kind) / median(quick, kind), bound, "times", at_least=True)


def at_most_times(
    text: str, ours: Sequence[Sample], floor: Sequence[Sample], bound: float
) -> Target:
    """How many times more we take than what can not be beaten; at most that many are wanted."""
    return Target(text, median(ours) / median(floor), bound, "times")


def seconds(text: str, samples: Sequence[Sample], bound: float) -> Target:
    return Target(text, median(samples), bound, "s")


def more(text: str, ours: Sequence[Sample], floor: Sequence[Sample], bound: float) -> Target:
    """How many seconds more we take than what can not be beaten."""
    return Target(text, median(ours) - median(floor), bound, "s")


def each(
    text: str, large: Sequence[Sample], small: Sequence[Sample], number: int, bound: float
) -> Target:
    """What each of a number of further vms costs."""
    return Target(text, (median(large) - median(small)) / number, bound, "s")
