# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The times as a picture, for light and dark pages."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.report import Results, seconds

# In the middle between white and black, so that they can be read on both.
_TEXT, _OURS, _OTHERS = "#7d8590", "#2f81f7", "#8b949e"
_BAR, _HEAD = 0.22, 0.45


def draw(results: Results, path: Path) -> None:
    """A panel for each comparison, a bar for each contestant."""
    settings = {
        # Text stays text, and the file is the same for the same results.
        "svg.fonttype": "none",
        "svg.hashsalt": "vmrt",
        "font.family": "sans-serif",
        "font.size": 9,
        **dict.fromkeys(("text.color", "axes.labelcolor", "ytick.color", "xtick.color"), _TEXT),
    }
    comparisons = results["comparisons"]
    heights = [_HEAD + _BAR * len(one["contestants"]) for one in comparisons]
    with mpl.rc_context(settings):
        figure = Figure(figsize=(8, sum(heights)), layout="constrained")
        panels = figure.subplots(
            len(comparisons), squeeze=False, gridspec_kw={"height_ratios": heights}
        )
        for axes, comparison in zip(panels.flat, comparisons, strict=True):
            _panel(axes, comparison)
        figure.savefig(path, transparent=True, metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, comparison: Results) -> None:
    contestants = comparison["contestants"]
    medians = [one["wall_median"] for one in contestants]
    colours = [_OURS if one["title"].startswith("vmrt") else _OTHERS for one in contestants]
    bars = axes.barh([one["title"] for one in contestants], medians, color=colours, height=0.7)
    axes.bar_label(bars, [seconds(value) for value in medians], padding=4)
    axes.set_title(f"{comparison['id']}: {comparison['title']}", loc="left", fontweight="bold")
    axes.set_xscale("log")
    axes.set_xlim(0.1, 1000)
    axes.invert_yaxis()
    axes.xaxis.set_visible(False)
    axes.tick_params(axis="y", length=0)
    for side in axes.spines.values():
        side.set_visible(False)
