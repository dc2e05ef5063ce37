# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to a running vm, as the option apply wishes, and what waits for its restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Shutdown,
    Start,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.live import Live
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import (
    is_up,
    plan_power,
    stop,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.storage import Storage


@dataclass(frozen=True)
class Steps:
    """Actions under the running vm, those of its power, and the options that wait."""

    running: tuple[Action, ...] = ()
    power: tuple[Action, ...] = ()
    waits: tuple[str, ...] = ()


def plan_steps(
    given: Mapping[str, Any],
    state: str,
    live: Live,
    storage: Storage,
    pending: list[str],
    new_seed: bool,
) -> Steps:
    """The steps from a state; a vm that is about to stop needs no change while it runs.

    ``pending`` are all options in which the running vm differs from its definition.
    """
    power = tuple(plan_power(given["name"], given, state))
    if not is_up(state):
        return Steps(storage.after, power)
    if any(isinstance(step, Shutdown) for step in power):
        return Steps(storage.after, power)
    seed = ("cloud_init",) if new_seed else ()
    if given["apply"] == "next_boot":
        late = [change.path for change in (*live.changes, *storage.live_changes)]
        return Steps((), power, _once(*late, *pending, *seed))
    done = {change.path for change in live.changes} - set(live.pending)
    waits = _once(*(path for path in pending if path not in done), *live.pending, *seed)
    if waits and given["apply"] == "restart":
        return Steps(storage.after, restart(given, state))
    return Steps((*live.actions, *storage.after), power, waits)


def restart(given: Mapping[str, Any], state: str) -> tuple[Action, ...]:
    name = given["name"]
    paused = True if given["state"] == "paused" else None
    return (*stop(name, given, state), Start("vm", name, paused))


def _once(*paths: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paths))
