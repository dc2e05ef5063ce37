# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vms that an inventory declares."""

from __future__ import annotations

from typing import Any

from ansible.vars.plugins import get_vars_from_inventory_sources

_VMS = "vmrt_vms"


def declared_vms(inventory: Any, loader: Any) -> dict[str, str]:
    """The hosts of the group vmrt_vms by the names of their vms, which may be others."""
    if _VMS not in inventory.groups:
        return {}
    sources = getattr(inventory, "processed_sources", [])
    found = {}
    for host in inventory.groups[_VMS].get_hosts():
        beside = get_vars_from_inventory_sources(loader, sources, [host], "inventory")
        name = {**host.get_vars(), **beside}.get("vmrt_name")
        found[str(name or host.name)] = host.name
    return found
