# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All hypervisors. The imports are literal, because only those travel to a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.qemu import Kvm, Qemu
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# The order is that of preference.
REGISTRY: dict[str, Hypervisor] = {one.name: one for one in (Kvm(), Qemu())}


def get(name: str) -> Hypervisor:
    """The plug-in of a name. Raises VmrtError with the list of those there are."""
    if name not in REGISTRY:
        raise VmrtError(
            f"there is no hypervisor '{name}'",
            option="hypervisor",
            hint=f"Use one of auto, {', '.join(REGISTRY)}.",
        )
    return REGISTRY[name]


def pick(node: Mapping[str, Any], arch: str | None = None) -> Hypervisor:
    """The first that the node's libvirt offers."""
    for one in REGISTRY.values():
        if one.offered(node, arch):
            return one
    raise VmrtError(
        f"the node's libvirt offers none of {', '.join(REGISTRY)}",
        option="hypervisor",
        hint="Install a QEMU for the architecture on the node.",
    )
