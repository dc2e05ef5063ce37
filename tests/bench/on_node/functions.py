# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The functions of a profile that take the longest with all that they call."""

from __future__ import annotations

import os
import pstats

_LINES = 25


def longest(stats: pstats.Stats) -> list[str]:
    """One a line: calls, own seconds, seconds with what it calls, and where it is."""
    rows = sorted(stats.stats.items(), key=lambda row: -row[1][3])  # type: ignore[attr-defined]
    lines = ["  calls      own    total"]
    for (file, number, name), (_primitive, calls, own, total, _callers) in rows[:_LINES]:
        where = name if file == "~" else f"{_place(file)}:{number} {name}"
        lines.append(f"{calls:7} {own:8.3f} {total:8.3f}  {where}")
    return lines


def _place(file: str) -> str:
    """The file with its folder, without saying where they are."""
    return os.path.join(*file.split(os.sep)[-2:]) if os.sep in file else file
