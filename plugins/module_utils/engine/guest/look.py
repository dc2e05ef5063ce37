# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest's agent tells, as values; a guest may tell anything."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.agent import (
    Ask,
    understood,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Refused


def ping(ask: Ask) -> dict[str, Any]:
    """Nothing but an error where there is no answer."""
    ask("guest-ping", {})
    return {}


def frozen(ask: Ask) -> bool:
    """Are file systems frozen?"""
    return bool(ask("guest-fsfreeze-status", {}) == "frozen")


def clock(ask: Ask) -> dict[str, Any]:
    """The guest's clock, and how far it is ahead of ours."""
    with understood():
        told = int(ask("guest-get-time", {})) // 10**9
    return {"guest_time": told, "offset": told - int(time.time())}


def info(ask: Ask) -> dict[str, Any]:
    """Values of the schema INFO."""
    with understood():
        agent = ask("guest-info", {})
        commands = sorted(
            str(one["name"]) for one in agent["supported_commands"] if one.get("enabled")
        )
        system = _known(ask, "guest-get-osinfo") or {}
        host = _known(ask, "guest-get-host-name") or {}
        zone = _known(ask, "guest-get-timezone") or {}
        users = _known(ask, "guest-get-users") or []
        return {
            "info": {
                "agent_version": agent.get("version"),
                "commands": commands,
                "hostname": host.get("host-name"),
                "os": system.get("id"),
                "os_name": system.get("pretty-name"),
                "os_version": system.get("version-id"),
                "kernel": system.get("kernel-release"),
                "arch": system.get("machine"),
                "timezone": zone.get("zone"),
                "users": sorted({str(user["user"]) for user in users}),
            }
        }


def _known(ask: Ask, command: str) -> Any:
    """Not every agent knows every command."""
    try:
        return ask(command, {})
    except Refused:
        return None


def file_systems(ask: Ask) -> dict[str, Any]:
    """Values of the schema FILE_SYSTEM."""
    with understood():
        found = [_file_system(one) for one in ask("guest-get-fsinfo", {})]
        return {"file_systems": sorted(found, key=lambda one: str(one["mountpoint"]))}


def _file_system(told: Mapping[str, Any]) -> dict[str, Any]:
    serials = {str(disk["serial"]) for disk in told.get("disk") or () if disk.get("serial")}
    return {
        "mountpoint": told["mountpoint"],
        "device": told["name"],
        "type": told["type"],
        "size": told.get("total-bytes"),
        "used": told.get("used-bytes"),
        "serials": sorted(serials),
    }
