# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of domains that there is no plug-in for."""

from __future__ import annotations

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


class Foreign(Hypervisor):
    """A vm of such a type is read, started, stopped and removed: nothing else is known of it."""

    abilities = Abilities(hotplug=NONE, update=NONE, calls=NONE, resize=False, start_paused=False)

    def __init__(self, domain_type: str):
        self.name = self.type = domain_type

    def validate(
        self, values: Values, node: Values, named: Values, offers: Values | None
    ) -> list[VmrtError]:
        return []

    def refusal(self, vm: str) -> VmrtError:
        """The complaint about a change of a definition."""
        return VmrtError(
            f"the definition of '{vm}' is of libvirt's type {self.type}, which is read, started, "
            "stopped and removed, but not changed",
            option="hypervisor",
            hint="Change it with virsh, or leave out what differs from it.",
        )

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        raise self.refusal(values["name"])
