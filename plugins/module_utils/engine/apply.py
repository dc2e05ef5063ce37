# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carry out a plan, and say how far it came when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone, VmrtError


class Runs(Protocol):
    """The writing half of a node."""

    def run(self, action: Action) -> Mapping[str, Any] | None:
        """Carry out one action; what it found out, if anything. Raises VmrtError."""


class StepFailed(VmrtError):
    """A step failed after others were done."""

    def __init__(self, error: VmrtError, action: Action, done: list[Action]):
        super().__init__(
            f"could not {action}: {error.message}", option=error.option, hint=error.hint
        )
        self.error = error
        self.action = action
        self.done = tuple(done)

    def __str__(self) -> str:
        done = ", ".join(map(str, self.done)) or "nothing"
        return f"{super().__str__()} Done before that: {done}. The next run goes on from there."

    def report(self) -> dict[str, Any]:
        return {
            "changed": bool(self.done),
            "actions": [action.describe() for action in self.done],
            "failed_action": self.action.describe(),
        }


class WaitFailed(VmrtError):
    """All was done, and what was waited for did not come."""

    def __init__(self, error: VmrtError, plan: Plan):
        super().__init__(error.message, option=error.option, hint=error.hint)
        self.plan = plan

    def report(self) -> dict[str, Any]:
        return {
            "changed": self.plan.changed,
            "actions": [action.describe() for action in self.plan.actions],
            "restart_required": list(self.plan.restart_required),
        }


def apply(plan: Plan, host: Runs) -> dict[str, Any]:
    """Do the actions of a plan in their order; what they found out.

    Raises StepFailed at the first that fails.
    """
    done: list[Action] = []
    found: dict[str, Any] = {}
    for action in plan.actions:
        try:
            found.update(host.run(action) or {})
        except VmrtError as error:
            raise StepFailed(error, action, [] if isinstance(error, Undone) else done) from error
        done.append(action)
    return found
