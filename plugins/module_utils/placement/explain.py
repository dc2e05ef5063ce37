# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Decision,
    Move,
    Verdict,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_TITLES = ("VM", "NODE", "POINTS", "WHY")


def no_node(decision: Decision) -> VmrtError:
    """The error of a vm that fits nowhere: what each node has against it."""
    said = _against(decision.verdicts)
    return VmrtError(
        f"no node can take {decision.vm}. {said or 'There is no node at all.'}",
        option="vmrt_placement",
        hint="Make room, add a node to vmrt_nodes, or ask for less.",
    )


def as_data(decision: Decision) -> dict[str, Any]:
    """A decision for a module's result."""
    nodes = [{**asdict(one), "passed": one.passed} for one in decision.verdicts]
    for one in nodes:
        one.update(reasons=list(one["reasons"]), notes=list(one["notes"]))
    return {"node": decision.node, "why": decision.why, "nodes": nodes}


def table(decisions: Iterable[Decision]) -> list[str]:
    """Lines of a table: each vm with its node, and below it all other nodes."""
    rows = [_TITLES]
    for one in decisions:
        chosen, others = _split(one)
        notes = chosen.notes if chosen else ()
        rows.append((one.vm, one.node or "-", _points(chosen), "; ".join((one.why, *notes))))
        rows += [
            ("", other.node, _points(other), "; ".join((*other.reasons, *other.notes)))
            for other in others
        ]
    return _lines(rows)


def moves_as_data(moves: Iterable[Move]) -> list[dict[str, Any]]:
    """Moves for a module's result. What has to stay says why, and has no target."""
    return [
        {"vm": one.vm, "source": one.source, "why": _why(one)}
        | ({"target": one.target} if one.target else {})
        for one in moves
    ]


def moves_table(moves: Iterable[Move]) -> list[str]:
    """Lines of a table: each vm with the node that it leaves and the one that it goes to."""
    rows = [(one.vm, one.source, one.target or "-", _why(one)) for one in moves]
    return _lines([("VM", "FROM", "TO", "WHY"), *rows])


def _why(move: Move) -> str:
    others = [one for one in move.verdicts if one.node != move.source]
    return move.why if move.target else f"{move.why}. {_against(others)}".rstrip(". ")


def _against(verdicts: Iterable[Verdict]) -> str:
    return " ".join(f"{one.node}: {'; '.join(one.reasons)}." for one in verdicts)


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows)]
    return ["   ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _split(decision: Decision) -> tuple[Verdict | None, list[Verdict]]:
    chosen = next((one for one in decision.verdicts if one.node == decision.node), None)
    return chosen, [one for one in decision.verdicts if one is not chosen]


def _points(verdict: Verdict | None) -> str:
    return "-" if verdict is None or verdict.points is None else f"{verdict.points:.1f}"
