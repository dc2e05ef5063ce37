# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt and the node know of the life of a vm."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import processes
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
    supported,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here

_CONTROL = ("ok", "job", "occupied", "error")
_ERRORS = ("none", "unspecified", "no space")
# libvirt's reasons, by its numbers, of the states that have some worth telling.
_PAUSED = (
    *("unknown", "user", "migration", "save", "dump", "io-error", "watchdog", "from snapshot"),
    *("shutting down", "snapshot", "crashed", "starting up", "postcopy", "postcopy failed"),
)
_OFF = (
    *("unknown", "shutdown", "destroyed", "crashed", "migrated", "saved", "failed"),
    *("from snapshot", "daemon"),
)
_CRASHED = ("unknown", "panicked")


def vitals(connection: Any, domain: Any) -> dict[str, Any]:
    """The reason of the state, what libvirt can do, and what is on the node."""
    here = is_here(connection.getURI())
    driver, name = str(connection.getType()).lower(), domain.name()
    number = domain.ID() if domain.ID() != -1 else None
    found: dict[str, Any] = {"reason": _reason(domain)}
    if here:
        found["paths"] = processes.files(driver, name, number)
    if number is None:
        return found
    if here:
        found["processes"] = processes.processes(driver, name, number)
    found["control"] = _control(domain)
    stands = (found.get("processes") or {}).get("state") == "stopped"
    # A process that stands still would never answer.
    if found["control"] == "ok" and not stands:
        errors = supported(domain.diskErrors, 0) or {}
        found["disk_errors"] = {disk: _word(_ERRORS, number) for disk, number in errors.items()}
    return found


def _reason(domain: Any) -> str | None:
    state, reason = domain.state()
    words = {
        libvirt.VIR_DOMAIN_PAUSED: _PAUSED,
        libvirt.VIR_DOMAIN_SHUTOFF: _OFF,
        libvirt.VIR_DOMAIN_CRASHED: _CRASHED,
    }.get(state)
    return _word(words, reason) if words else None


def _control(domain: Any) -> str | None:
    told = supported(domain.controlInfo, 0)
    return _word(_CONTROL, told[0]) if told else None


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if 0 <= number < len(words) else "unknown"
