# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole fleet in few words, as people know it from other tools that plan first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import ABSENT, Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import VMS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import ADDED, REMOVED, Change

_MARKS = {"create": "+", "change": "~", "remove": "-", "failed": "!"}
# A message is read by a human.
_SHOWN = 5


def summary(parts: Iterable[Part]) -> dict[str, Any]:
    """The names of vms by what becomes of them, and how many stay as they are."""
    told: dict[str, Any] = {word: [] for word in _MARKS}
    told["unchanged"] = 0
    for part in parts:
        word = _word(part)
        if part.kind != VMS:
            continue
        if word:
            told[word].append(part.name)
        else:
            told["unchanged"] += 1
    return told


def plan_text(parts: list[Part]) -> str:
    """The summary in one line, then a line for each thing that does not stay as it is."""
    found = summary(parts)
    words = {
        "create": f"{len(found['create'])} to create",
        "change": f"{len(found['change'])} to change",
        "remove": f"{len(found['remove'])} to remove",
        "failed": f"{len(found['failed'])} failed",
    }
    counts = [text for word, text in words.items() if found[word]]
    return "\n".join([", ".join([*counts, f"{found['unchanged']} unchanged"]), *_lines(parts), ""])


def failures(parts: list[Part]) -> str:
    """What failed, shortly; the result tells the rest."""
    failed = [part for part in parts if part.fails]
    text = f"{len(failed)} of {len(parts)} failed: "
    return (
        text
        + " ".join(f"{_called(part)}: {part.error}" for part in failed[:_SHOWN])
        + (f" And {len(failed) - _SHOWN} more: see outcome." if len(failed) > _SHOWN else "")
    )


def _word(part: Part) -> str | None:
    """What becomes of a thing; None where it stays."""
    if part.fails:
        return "failed"
    if part.earlier:
        return "create"
    if not (part.plan.changed or part.restarted):
        return None
    if part.plan.before == ABSENT:
        return "create"
    return "remove" if part.plan.after.get("state") == "absent" else "change"


def _lines(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        word = _word(part)
        if word == "failed":
            yield f"{_MARKS[word]} {_called(part)}: {part.error}"
        elif word == "change":
            yield f"{_MARKS[word]} {_called(part)}: {', '.join(_changes(part))}"
        elif word:
            yield f"{_MARKS[word]} {_called(part)}"


def _called(part: Part) -> str:
    return part.name if part.kind == VMS else f"{part.kind[:-1]} {part.name}"


def _changes(part: Part) -> Iterator[str]:
    late = () if part.restarted else part.plan.restart_required
    runs = part.state not in (None, "shutoff", "crashed", "inactive")
    for change in part.plan.changes:
        yield _change(change) + (_when(change.path in late) if runs else "")
    if part.restarted:
        yield "restart"
    elif not part.plan.changes:
        yield from dict.fromkeys(
            action.verb.replace("_", " ") for action in part.plan.actions if action.verb != "define"
        )


def _when(waits: bool) -> str:
    return ", at the next start" if waits else ", live"


def _change(change: Change) -> str:
    if change.kind in (ADDED, REMOVED):
        return f"{change.path} {change.kind}"
    told = change.as_dict()
    return f"{change.path} {_short(told['before'])} -> {_short(told['after'])}"


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "..." if value else "none"
    return "none" if value is None else str(value)
