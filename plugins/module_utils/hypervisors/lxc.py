# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Linux containers, through libvirt's driver LXC."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import (
    NONE,
    Abilities,
    calls,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import (
    Hypervisor,
    Values,
)

_INIT = "/sbin/init"


class Lxc(Hypervisor):
    """A container is a process of the node: it has no machine, no firmware and no boot loader."""

    name = type = "lxc"
    doc = "Linux containers of libvirt."
    driver = "LXC"
    uri = "lxc:///system"
    experimental = True
    abilities = Abilities(
        hotplug=frozenset({"disks", "nics", "hostdevs"}),
        update=NONE,
        calls=calls(
            *("memory", "memory_limits", "block_weight", "block_device", "scheduler:cpu_shares"),
            *("scheduler:vcpu_period", "scheduler:vcpu_quota"),
        ),
        slots=False,
        resize=False,
        start_paused=False,
        save=False,
        snapshot=False,
        migrate=False,
        agent=False,
        screenshot=False,
    )
    os_types = ("exe",)
    lacks = (
        *("cdroms", "floppies", "cloud_init", "controllers", "serials", "parallels", "channels"),
        *("graphics", "videos", "inputs", "sounds", "audios", "rng", "tpm", "watchdog", "panics"),
        *("redirdevs", "smartcard", "hubs", "shmems", "iommu", "balloon", "vsock"),
        *("memory_devices", "cpu"),
    )
    needs = "the package libvirt-daemon-driver-lxc"

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        filled["boot"] = {"init": _INIT, **values.get("boot", {})}
        filled.setdefault("consoles", [{"name": "console", "type": "pty", "target_type": "lxc"}])
        return filled
