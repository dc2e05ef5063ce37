# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which things of a series no rule keeps: snapshots, or backups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, Protocol

_PERIODS: Mapping[str, Callable[[datetime], str]] = {
    "hourly": lambda when: when.strftime("%Y-%m-%d %H"),
    "daily": lambda when: when.strftime("%Y-%m-%d"),
    "weekly": lambda when: "{}-{}".format(*when.isocalendar()[:2]),
}


class Taken(Protocol):
    """What has a name, and was taken at a time."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def created(self) -> int:
        """When it was taken, in seconds since 1970."""


def outdated(keep: Mapping[str, Any], moments: Iterable[Taken]) -> list[str]:
    """The names of those that go. Periods in which none was taken do not count."""
    series = [one for one in moments if one.name.startswith(keep.get("prefix", ""))]
    # Of those of one second, the later one in libvirt's order is the newer one.
    newest = sorted(series, key=lambda one: one.created)[::-1]
    kept = {one.name for one in newest[: keep.get("last", 0)]}
    for rule, period in _PERIODS.items():
        seen: dict[str, str] = {}
        for one in newest:
            seen.setdefault(period(datetime.fromtimestamp(one.created, timezone.utc)), one.name)
        kept.update(list(seen.values())[: keep.get(rule, 0)])
    return [one.name for one in series if one.name not in kept]
