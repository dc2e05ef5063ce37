# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One thing of a fleet, from what is wanted of it to what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action, Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration

ABSENT = {"state": "absent"}


@dataclass
class Part:
    """A thing, told from others by the list that it is in and its name."""

    kind: str
    name: str
    resource: Resource
    given: Mapping[str, Any] = field(default_factory=dict)
    state: str | None = None
    plan: Plan = field(default_factory=Plan)
    # The steps of its restart, where a rolling one is asked for.
    restart: tuple[Action, ...] = ()
    restarted: bool = False
    error: VmrtError | None = None
    warnings: list[str] = field(default_factory=list)
    # What it is after the run, where that was read.
    report: Mapping[str, Any] | None = None
    # Is it, where it is new, only to be defined?
    claims: bool = False
    # What became of it in an earlier task that did so.
    earlier: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """What a user calls it."""
        return f"{self.kind}[{self.name}]"

    @property
    def fails(self) -> bool:
        return self.error is not None

    def planned(self, seen: Seen | None, plan: Plan) -> None:
        self.state = seen.state if seen else None
        self.plan = _claim(plan) if self.claims else plan

    @property
    def waits(self) -> bool:
        """Is something to be waited for once all is done?"""
        return not self.claims and self.given.get("wait_for", "none") != "none"

    def result(self) -> dict[str, Any]:
        """Its entry in the result; what is empty is left out, since it may be one of thousands."""
        steps = self._steps()
        restarted = self.restarted and not isinstance(self.error, StepFailed)
        told: dict[str, Any] = {
            "failed": self.fails,
            "msg": str(self.error) if self.error else "",
            "actions": [*self._known("actions"), *(action.describe() for action in steps)],
            "changes": [
                *self._known("changes"),
                *(change.as_dict() for change in self.plan.changes),
            ],
            "restart_required": [] if restarted else list(self.plan.restart_required),
            "warnings": [*self.plan.warnings, *self.warnings],
            "filled": dict(self.earlier.get("filled") or self.plan.filled),
        }
        if self.earlier:
            told["diff"] = self.earlier.get("diff")
        elif self.plan.changed:
            told["diff"] = {"before": dict(self.plan.before), "after": dict(self.plan.after)}
        if isinstance(self.error, StepFailed):
            told["failed_action"] = self.error.action.describe()
        if self.report is not None:
            told[self.resource.what] = declaration(self.resource.schema, self.report)
        known = {name: value for name, value in told.items() if value}
        return {"changed": bool(steps or self.earlier), "phase": self._phase(), **known}

    def _known(self, what: str) -> list[Any]:
        return list(self.earlier.get(what) or ())

    def _steps(self) -> list[Action]:
        """What was done, up to a step that failed."""
        if isinstance(self.error, StepFailed):
            before = self.plan.actions if self.restarted else ()
            return [*before, *self.error.done]
        return [*self.plan.actions, *(self.restart if self.restarted else ())]

    def _phase(self) -> str:
        status = (self.report or {}).get("status") or {}
        return str(status.get("phase") or (phase(self.state) if self.state else "Absent"))


def _claim(plan: Plan) -> Plan:
    """The definition of what is new, and nothing else."""
    steps = [one for one in plan.actions if isinstance(one, Define)]
    return replace(plan, actions=tuple(steps)) if plan.before == ABSENT and steps else Plan()
