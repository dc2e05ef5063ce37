# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All hypervisors. The imports are literal, because only those travel to a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.cloud_hypervisor import (
    CloudHypervisor,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.foreign import Foreign
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.lxc import Lxc
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.qemu import Kvm, Qemu
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.test import Test
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.xen import Xen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# The order is that of preference.
REGISTRY: dict[str, Hypervisor] = {
    one.name: one for one in (Kvm(), Qemu(), CloudHypervisor(), Lxc(), Xen(), Test())
}


class Choice(NamedTuple):
    """A hypervisor, and why it was chosen where the user left it open."""

    hypervisor: Hypervisor
    reason: str | None = None


def get(name: str, driver: str) -> Hypervisor:
    """The plug-in of a name. Raises VmrtError with the list of those there are.

    A type that several of libvirt's drivers have means that of the node's driver.
    """
    if name not in REGISTRY:
        raise VmrtError(
            f"there is no hypervisor '{name}'",
            option="hypervisor",
            hint=f"Use one of auto, {', '.join(REGISTRY)}.",
        )
    found = REGISTRY[name]
    return found if found.is_on(driver) else _of(found.type, driver) or found


def of(domain_type: str, driver: str) -> Hypervisor:
    """The plug-in of an existing vm by libvirt's type."""
    known = next((one for one in REGISTRY.values() if one.type == domain_type), None)
    return _of(domain_type, driver) or known or Foreign(domain_type)


def pick(node: Mapping[str, Any], arch: str | None = None) -> Choice:
    """The first that the node's libvirt offers, and why not one before it."""
    candidates = [one for one in REGISTRY.values() if one.is_on(node["driver"])]
    passed: list[str] = []
    for one in candidates:
        why_not = one.why_not(node, arch)
        if why_not is None:
            return Choice(one, "; ".join(passed) or f"the node's libvirt offers {one.name}")
        passed.append(why_not)
    names = ", ".join(one.name for one in candidates)
    raise VmrtError(
        f"the node's libvirt offers none of {names}: {'; '.join(passed)}"
        if candidates
        else f"there is no plug-in for libvirt's driver {node['driver']}",
        option="arch" if arch else "hypervisor",
        hint="Install a QEMU for the architecture on the node.",
    )


def _of(domain_type: str, driver: str) -> Hypervisor | None:
    fitting = (one for one in REGISTRY.values() if one.type == domain_type)
    return next((one for one in fitting if one.is_on(driver)), None)
