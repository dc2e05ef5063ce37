# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's test driver: vms that are only told of, for trying things out."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import (
    NONE,
    Abilities,
    calls,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor


class Test(Hypervisor):
    """It keeps definitions and power states for as long as its process lives."""

    name = type = "test"
    doc = "Libvirt's driver for tests, whose vms do nothing and end with their process."
    driver = "TEST"
    uri = "test:///default"
    abilities = Abilities(
        hotplug=NONE,
        update=NONE,
        calls=calls("memory", "vcpus", "vcpu_pin", "emulator_pin"),
        resize=False,
        start_paused=False,
        migrate=False,
        agent=False,
    )
