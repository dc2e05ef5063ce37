# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be asked of a node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.node import NODE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

OPTIONS, STATUS, STATISTICS = GATHER = ("options", "status", "statistics")

VM_INFO = Schema(
    name="vm_info",
    doc="Which vms to read, and how.",
    fields=(
        Field(
            "name",
            "Name of the vm; without it, all vms of the node are read.",
            check=names.name,
        ),
        Field(
            "gather",
            "What is read of each vm: its V(options) as they are declared, for which its whole "
            "definition is read; its V(status), for which the node is searched and the guest is "
            "asked; and V(statistics) of what it uses, which libvirt tells of all vms at once. "
            "Name, UUID, state and phase are always told. Of a thousand vms, V(statistics) alone "
            "take a small part of the time that the rest takes.",
            type="list",
            elements="str",
            choices=GATHER,
            default=[OPTIONS, STATUS],
        ),
        Field(
            "address_sources",
            "Where addresses are looked for, in this order. The guest V(agent) is only asked of "
            "running vms, and one that does not answer takes 5 s.",
            type="list",
            elements="str",
            choices=("lease", "agent"),
            default=["lease", "agent"],
        ),
        Field(
            "vms",
            "The vms, each in the shape in which it is declared.",
            of=VM,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)

POOL_INFO = Schema(
    name="pool_info",
    doc="Which pools to read.",
    fields=(
        Field(
            "name",
            "Name of the pool; without it, all pools of the node are read.",
            check=names.name,
        ),
        Field(
            "pools",
            "The pools, each in the shape in which it is declared, with its volumes.",
            of=POOL,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)

NODE_INFO = Schema(
    name="node_info",
    doc="What a node is.",
    fields=(Field("node", NODE.doc, of=NODE, owner=Owner.REPORTED),),
)
