# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hypervisor plug-in is: two pure verbs, and helpers that several of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

Values = Mapping[str, Any]


class Hypervisor:
    """One kind of hypervisor. ``node`` holds values of the schema NODE."""

    name = ""

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        """The values of a new vm, with all filled in that the user left open."""
        raise NotImplementedError(self.name)

    def validate(self, values: Values, node: Values) -> list[VmrtError]:
        """Everything that this hypervisor can not do, each with the option it came from."""
        raise NotImplementedError(self.name)

    def offered(self, node: Values, arch: str | None = None) -> bool:
        """Does the node's libvirt offer it?"""
        return any(
            self.name in guest["hypervisors"]
            for guest in node["guests"]
            if arch is None or guest["arch"] == arch
        )
