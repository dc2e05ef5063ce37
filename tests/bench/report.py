# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results as text: a table on the terminal, and docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

_TEMPLATE = Path(__file__).resolve().parent / "benchmarks.md.j2"
Results = Mapping[str, Any]


def seconds(value: float) -> str:
    """Three digits that count, and milliseconds below one second."""
    if value < 0.9995:
        return f"{value * 1000:.3g} ms"
    return f"{value:.0f} s" if value >= 99.95 else f"{value:.3g} s"


def amount(value: float, unit: str) -> str:
    return seconds(value) if unit == "s" else f"{value:.3g} times"


def wanted(target: Mapping[str, Any]) -> str:
    word = "at least" if target["at_least"] else "at most"
    return f"{word} {amount(target['bound'], target['unit'])}"


def times(contestant: Mapping[str, Any], comparison: Mapping[str, Any]) -> str:
    """How many times the time of the first one, which is ours where there is one."""
    first = next(
        (one for one in comparison["contestants"] if one["title"] == "vmrt"),
        comparison["contestants"][0],
    )
    return f"{contestant['wall_median'] / first['wall_median']:.3g}"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters.update(seconds=seconds, wanted=wanted)
    environment.globals.update(amount=amount, times=times)
    return environment


def markdown(results: Results) -> str:
    """The page."""
    template = _environment().from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(results)


def table(comparison: Mapping[str, Any]) -> str:
    """A comparison for a terminal, in short."""
    lines = ["", f"{comparison['id']}  {comparison['title']}"]
    lines.append(f"  {'':42}{'min':>9}{'median':>9}{'CPU':>9}{'rounds':>8}")
    for one in comparison["contestants"]:
        kinds = ("wall_min", "wall_median", "cpu_median")
        told = "".join(f"{seconds(one[kind]):>9}" for kind in kinds)
        lines.append(f"  {one['title']:42}{told}{one['rounds']:8}")
    for target in comparison["targets"]:
        verdict = "met" if target["met"] else "NOT MET"
        value = amount(target["value"], target["unit"])
        lines.append(f"  {verdict:8}{target['text']}: {value}, {wanted(target)}")
    if "profile" in comparison:
        lines += ["", comparison["profile"]]
    return "\n".join(lines)
