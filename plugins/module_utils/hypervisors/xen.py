# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Xen, through libvirt's driver libxl."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import (
    Abilities,
    calls,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import (
    Hypervisor,
    Values,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB

_BUS = "xen"
_DRIVER = "qemu"


class Xen(Hypervisor):
    """Full machines (hvm), and guests that know of Xen (linux, xenpvh)."""

    name = type = "xen"
    doc = "Xen, through libvirt's driver libxl."
    driver = "Xen"
    uri = "xen:///system"
    experimental = True
    abilities = Abilities(
        hotplug=frozenset({"disks", "nics", "hostdevs", "controllers"}),
        update=frozenset({"cdroms"}),
        calls=calls("memory", "vcpus", "vcpu_pin"),
        slots=False,
        resize=False,
        snapshot=False,
        agent=False,
        screenshot=False,
    )
    os_types = ("hvm", "linux", "xen", "xenpvh")
    min_memory = 4 * MIB
    lacks = (
        *("rng", "tpm", "watchdog", "panics", "memory_devices", "shmems", "vsock", "iommu"),
        *("smartcard", "hubs", "filesystems"),
    )
    needs = "Xen, and libvirt's driver for it"

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        if filled["os_type"] == "hvm":
            filled["features"] = {"acpi": True, "apic": True, **values.get("features", {})}
            filled.setdefault("serials", [{"name": "console", "type": "pty"}])
        else:
            filled.setdefault(
                "consoles", [{"name": "console", "type": "pty", "target_type": "xen"}]
            )
        disks = values.get("disks")
        if disks:
            # libxl takes what has no driver for raw.
            filled["disks"] = [{"bus": _BUS, "driver": _DRIVER, **disk} for disk in disks]
        return filled
