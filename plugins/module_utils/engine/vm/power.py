# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power state of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Resume,
    Shutdown,
    Start,
    Stop,
    Suspend,
)

# libvirt's states in which a machine exists in memory.
RUNNING = ("running", "blocked", "idle", "no state")
PHASES = {
    "paused": "Paused",
    "in shutdown": "Stopping",
    "shutoff": "Stopped",
    "crashed": "Error",
    "pmsuspended": "Suspended",
}


def phase(state: str) -> str:
    """One word for what a vm does."""
    return PHASES.get(state, "Running")


def is_up(state: str) -> bool:
    """Is there a guest in memory?"""
    return state in RUNNING or state in ("paused", "pmsuspended", "in shutdown")


def plan_power(name: str, wanted: Mapping[str, Any], state: str) -> list[Action]:
    """The steps from a state to the wanted one."""
    target = wanted["state"]
    if state == "crashed" and target != "present":
        # What is left of it in memory has ended, and only stands in the way.
        ended: list[Action] = [Stop("vm", name)]
        return ended + plan_power(name, wanted, "shutoff")
    if target == "running":
        if not is_up(state):
            return [Start("vm", name)]
        return [Resume(name)] if state in ("paused", "pmsuspended") else []
    if target == "paused":
        if not is_up(state):
            return [Start("vm", name, paused=True)]
        return [Suspend(name)] if state in RUNNING else []
    if target == "stopped" and is_up(state):
        return stop(name, wanted, state)
    return []


def stop(name: str, wanted: Mapping[str, Any], state: str) -> list[Action]:
    """Have a guest shut down; a paused one has to run for that."""
    shutdown = Shutdown(name, wanted["stop_timeout"], wanted["force"])
    return [Resume(name), shutdown] if state in ("paused", "pmsuspended") else [shutdown]
