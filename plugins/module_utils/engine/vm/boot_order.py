# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a machine boots: said for the machine, or device by device, and never both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def boot_order(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    """A complaint where a wish for the machine meets an order of devices."""
    if not (wanted.get("boot") or {}).get("devices"):
        return []
    ordered = [
        f"{one.name}[{device.get('name')}]"
        for one in VM.fields
        if one.of and one.many and "boot_order" in one.of
        for device in _devices(one.name, wanted, config)
        if device.get("boot_order") is not None and device.get("state") != "absent"
    ]
    if not ordered:
        return []
    return [
        VmrtError(
            f"libvirt knows no order of kinds beside the boot_order of {ordered[0]}",
            option="boot.devices",
            hint="Give one of them.",
        )
    ]


def _devices(
    name: str, wanted: Mapping[str, Any], config: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    named = {device.get("name") for device in wanted.get(name, ())}
    kept = [device for device in config.get(name, ()) if device.get("name") not in named]
    return [*kept, *wanted.get(name, ())]
