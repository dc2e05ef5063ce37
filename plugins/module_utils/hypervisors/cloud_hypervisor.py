# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cloud Hypervisor, through libvirt's driver CH: a small machine that has virtio devices alone."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import (
    NONE,
    Abilities,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import (
    Hypervisor,
    Values,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB


class CloudHypervisor(Hypervisor):
    """libvirt 9.0 starts and stops such a machine, and changes nothing of it while it runs."""

    name = "cloud-hypervisor"
    doc = "Cloud Hypervisor, through libvirt's driver C(ch)."
    type = "kvm"
    driver = "CH"
    uri = "ch:///system"
    experimental = True
    abilities = Abilities(
        hotplug=NONE,
        update=NONE,
        calls=frozenset({"vcpu_pin", "emulator_pin"}),
        resize=False,
        start_paused=False,
        autostart=False,
        save=False,
        snapshot=False,
        migrate=False,
        agent=False,
        screenshot=False,
    )
    min_memory = 64 * MIB
    lacks = (
        *("cdroms", "floppies", "cloud_init", "filesystems", "hostdevs", "channels"),
        *("graphics", "videos", "inputs", "sounds", "audios", "rng", "tpm", "watchdog", "panics"),
        *("redirdevs", "smartcard", "hubs", "shmems", "iommu", "balloon", "parallels", "nvram"),
    )
    knows = MappingProxyType(
        {
            ("disks", "bus"): ("virtio",),
            ("nics", "type"): ("ethernet", "vhostuser"),
            ("serials", "type"): ("pty",),
            ("consoles", "type"): ("pty",),
        }
    )
    needs = "libvirt's driver for Cloud Hypervisor"

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        if not filled.get("consoles"):
            filled.setdefault("serials", [{"name": "console", "type": "pty"}])
        return filled

    def _machine(self, values: Values, node: Values) -> Iterator[VmrtError]:
        yield from super()._machine(values, node)
        if not (values.get("boot") or {}).get("kernel"):
            yield VmrtError(
                f"{self.name} boots nothing but a kernel that it is given",
                option="boot.kernel",
                hint="Give the path of a kernel, or of a firmware such as rust-hypervisor-fw.",
            )
