# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarting what waits for a restart, a few at a time, for as long as all come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import VMS
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.workers import Workers
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.steps import restart


def foresee_restarts(parts: list[Part], rolling: Mapping[str, Any] | None) -> None:
    """Take note of the restarts that would come."""
    for part in _waiting(parts, rolling):
        part.restart, part.restarted = restart(part.given, str(part.state)), True


def roll(parts: list[Part], rolling: Mapping[str, Any] | None, workers: Workers) -> None:
    """Restart in batches, up to the first in which one does not come back."""
    waiting = _waiting(parts, rolling)
    size = (rolling or {}).get("batch", 1)
    while waiting:
        batch, waiting = waiting[:size], waiting[size:]
        for part in batch:
            part.restart, part.restarted = restart(part.given, str(part.state)), True
        workers.restart(batch, (rolling or {}).get("wait_for", "none"))
        lost = [part.name for part in batch if part.fails]
        if lost:
            for part in waiting:
                part.warnings.append(
                    f"rolling: {part.name} is not restarted, since {', '.join(lost)} did not come "
                    "back."
                )
            return


def _waiting(parts: list[Part], rolling: Mapping[str, Any] | None) -> list[Part]:
    if rolling is None:
        return []
    return [
        part for part in parts if part.kind == VMS and part.plan.restart_required and not part.fails
    ]
