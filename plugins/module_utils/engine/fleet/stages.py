# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet stage by stage: what others need is made first, and goes last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import WaitFailed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    Foreseen,
    Observer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.facts import (
    FleetFacts,
    foreseen_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.rolling import (
    foresee_restarts,
    roll,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import KINDS, VMS
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.workers import Workers
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Stage = list[Part]


def stages(parts: list[Part]) -> list[Stage]:
    """What is there in the order of its kinds, then what goes in the opposite order; vms come
    and go together."""
    comes = {kind: [one for one in parts if one.kind == kind] for kind in KINDS}
    goes = []
    for kind in reversed(list(KINDS)):
        if kind != VMS:
            goes.append([one for one in comes[kind] if one.given.get("state") == "absent"])
            comes[kind] = [one for one in comes[kind] if one.given.get("state") != "absent"]
    return [stage for stage in (*comes.values(), *goes) if stage]


def foresee(
    parts: list[Part], observer: Observer, earlier: Foreseen, rolling: Mapping[str, Any] | None
) -> None:
    """Plan everything, counting on what is planned before it; nothing is changed."""
    done: list[Part] = []
    for stage in stages(parts):
        facts = FleetFacts(observer, foreseen_of(done, earlier))
        for part in done:
            facts.take_as_done(part.plan)
        _plan(stage, observer, facts)
        done += stage
    foresee_restarts(parts, rolling)
    _pending(parts)


def converge(
    parts: list[Part],
    look: Callable[[], Observer],
    workers: Workers,
    rolling: Mapping[str, Any] | None,
) -> None:
    """Plan and do stage after stage. ``look`` gives the node as it is at that time."""
    for stage in stages(parts):
        observer = look()
        _plan(stage, observer, FleetFacts(observer))
        workers.carry_out(stage)
    roll(parts, rolling, workers)
    _pending(parts)


def _plan(stage: Iterable[Part], observer: Observer, facts: FleetFacts) -> None:
    for part in stage:
        if part.fails:
            continue
        try:
            seen = part.resource.look(observer, part.given)
            part.planned(seen, part.resource.plan(part.given, seen, facts))
            facts.count_on(part.plan)
        except VmrtError as error:
            part.error = error


def _pending(parts: Iterable[Part]) -> None:
    """The errors that plans end with although all was done."""
    for part in parts:
        if part.plan.fails and not part.fails and not part.restarted:
            part.error = WaitFailed(part.plan.fails, part.plan)
