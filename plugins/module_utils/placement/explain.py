# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Decision, Verdict
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_TITLES = ("VM", "NODE", "POINTS", "WHY")


def no_node(decision: Decision) -> VmrtError:
    """The error of a vm that fits nowhere: what each node has against it."""
    said = " ".join(f"{one.node}: {'; '.join(one.reasons)}." for one in decision.verdicts)
    return VmrtError(
        f"no node can take {decision.vm}. {said or 'There is no node at all.'}",
        option="vmrt_placement",
        hint="Make room, add a node to vmrt_nodes, or ask for less.",
    )


def as_data(decision: Decision) -> dict[str, Any]:
    """A decision for a module's result."""
    nodes = [{**asdict(one), "passed": one.passed} for one in decision.verdicts]
    for one in nodes:
        one["reasons"] = list(one["reasons"])
    return {"node": decision.node, "why": decision.why, "nodes": nodes}


def table(decisions: Iterable[Decision]) -> list[str]:
    """Lines of a table: each vm with its node, and below it all other nodes."""
    rows = [_TITLES]
    for one in decisions:
        chosen, others = _split(one)
        rows.append((one.vm, one.node or "-", _points(chosen), one.why))
        rows += [("", other.node, _points(other), "; ".join(other.reasons)) for other in others]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["   ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _split(decision: Decision) -> tuple[Verdict | None, list[Verdict]]:
    chosen = next((one for one in decision.verdicts if one.node == decision.node), None)
    return chosen, [one for one in decision.verdicts if one is not chosen]


def _points(verdict: Verdict | None) -> str:
    return "-" if verdict is None or verdict.points is None else f"{verdict.points:.1f}"
