# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which vms are to move, and where to."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

PLAN_MOVES = Schema(
    name="plan_moves",
    doc="What the nodes say, and which of them is to be emptied.",
    fields=(
        Field(
            "nodes",
            "Results of M(vmrt.libvirt.node_info), one for each node, as M(vmrt.libvirt.place) has "
            "them.",
            type="list",
            elements="dict",
            codec=codec.RAW,
            required=True,
        ),
        Field(
            "drain",
            "Node that all vms are to leave, a host of the group C(vmrt_nodes). Without it, moves "
            "are found that lead to a better balance of all nodes.",
        ),
        Field(
            "gain",
            "How many points better another node has to be, of 100, for a move that nothing but "
            "the balance asks for.",
            type="float",
            codec=codec.NUMBER,
            default=10.0,
        ),
        told(
            "moves",
            "The moves, in the order in which each finds its target with room: C(vm), C(source), "
            "C(target), C(destination), which is the URI of the target for "
            "M(vmrt.libvirt.vm_migrate), and C(why).",
            type="list",
        ),
        told(
            "stays",
            "The vms that were to move and have to stay, each with C(vm), C(source) and C(why).",
            type="list",
        ),
        told("table", "Both as lines of a table.", type="list"),
    ),
)
