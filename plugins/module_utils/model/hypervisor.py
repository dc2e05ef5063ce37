# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs a vm, in libvirt's words and in ours."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

# libvirt has more types of domains than there are hypervisors here; a vm of any of them is read.
KNOWN = ("kvm", "qemu", "cloud-hypervisor", "lxc", "xen", "test")
FOREIGN = (
    *("bhyve", "hvf", "hyperv", "kqemu", "openvz", "parallels", "phyp", "uml", "vbox", "vmware"),
    "vz",
)

HYPERVISOR = Field(
    "hypervisor",
    (
        "What runs the vm: V(kvm) uses the processor's virtualisation, V(qemu) emulates, V(lxc) "
        "runs containers, and V(cloud-hypervisor), V(xen) and V(test) are those of libvirt.",
        "V(auto) picks the first that the node's libvirt offers for a new vm, and leaves an "
        "existing one alone.",
        "A vm of any other type is read and reported, started, stopped and removed; its definition "
        "is not changed.",
    ),
    at="@type",
    choices=("auto", *KNOWN, *FOREIGN),
    apply=Apply.RESTART,
    initial="auto",
)
