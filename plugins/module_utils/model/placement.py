# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm asks of the node that is found for it, and what a node offers to such vms."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

NO_SCHEDULE, PREFER_NO_SCHEDULE = EFFECTS = ("no_schedule", "prefer_no_schedule")
SPREAD, PACK = STRATEGIES = ("spread", "pack")


def _more_than_nothing(ratio: Any) -> None:
    if not ratio > 0:
        raise ValueError(f"{ratio} is not more than 0")


def _texts(name: str, doc: str) -> Field:
    return Field(name, doc, type="dict", codec=codec.PAIRS)


def _ratio(name: str, doc: str, default: float) -> Field:
    return Field(
        name, doc, type="float", codec=codec.NUMBER, check=_more_than_nothing, default=default
    )


TERM = Schema(
    name="term",
    doc="Other vms, those that any of the three means. One of them is needed.",
    fields=(
        Field("vms", "Vms, by their names.", type="list", elements="str"),
        Field("groups", "All vms of these groups of the inventory.", type="list", elements="str"),
        _texts("labels", "All vms that carry each of these labels."),
        Field(
            "required",
            "Whether it has to be so. Otherwise it is a wish, which weighs C(weight) points.",
            type="bool",
            codec=codec.YES_NO,
            default=True,
        ),
        Field(
            "weight",
            "What each of those vms on a node weighs for it, or against it. An empty node is worth "
            "100 points more than a full one.",
            type="int",
            codec=codec.INT,
            check=names.positive,
            default=50,
        ),
    ),
)

TOLERATION = Schema(
    name="toleration",
    doc="A taint of nodes that the vm does not mind.",
    fields=(
        Field("key", "Name of the taint.", required=True),
        Field("value", "Value of the taint; without it, whatever that is."),
        Field("effect", "Effect of the taint; without it, whatever that is.", choices=EFFECTS),
    ),
)

PLACEMENT = Schema(
    name="placement",
    doc="What a vm asks of the node that is found for it. Once the vm is there it stays there, "
    "whatever becomes of this.",
    fields=(
        _texts("node_selector", "Labels that the node has to have."),
        Field(
            "affinity",
            "Vms to be with. One of each has to be on the node; of several that name each other "
            "the first is free.",
            of=TERM,
            many=True,
        ),
        Field(
            "anti_affinity",
            "Vms to be apart from. None of them may be on the node, and none of them comes to it.",
            of=TERM,
            many=True,
        ),
        Field("tolerations", TOLERATION.doc, of=TOLERATION, many=True),
        Field(
            "strategy",
            "Whether the vm goes where most is free (V(spread)), or where least is (V(pack)).",
            choices=STRATEGIES,
            default=SPREAD,
        ),
    ),
)

TAINT = Schema(
    name="taint",
    doc="What keeps vms away that do not tolerate it.",
    fields=(
        Field("key", "Name of the taint.", required=True),
        Field("value", "Value of the taint."),
        Field(
            "effect",
            "Whether no such vm is placed there, or only where there is no other node.",
            choices=EFFECTS,
            default=NO_SCHEDULE,
        ),
    ),
)

HOSTING = Schema(
    name="hosting",
    doc="What a node offers to vms that a node is found for.",
    fields=(
        _texts("labels", "Names and values that C(node_selector) of vms can ask for."),
        Field("taints", TAINT.doc, of=TAINT, many=True),
        _ratio("cpu_overcommit", "CPUs that vms may have for each CPU of the node.", 4.0),
        _ratio("memory_overcommit", "Memory that vms may have, as a multiple of the node's.", 1.0),
        _ratio(
            "storage_overcommit",
            "Capacity that the volumes of a pool may have, as a multiple of its room.",
            1.0,
        ),
        Field(
            "reserved_cpus",
            "CPUs that the node keeps for itself, counted after the over-commit.",
            type="int",
            codec=codec.INT,
            check=names.not_negative,
            default=0,
        ),
        Field(
            "reserved_memory",
            "Memory that the node keeps for itself, as a number with the unit MiB or GiB, counted "
            "after the over-commit.",
            codec=codec.MEMORY_OR_NONE,
            default="512MiB",
        ),
        Field(
            "memory_overhead",
            "Memory that each vm takes besides its own, as a number with the unit MiB or GiB.",
            codec=codec.MEMORY_OR_NONE,
            default="0MiB",
        ),
    ),
)


def _told(name: str, doc: str, **more: Any) -> Field:
    return Field(name, doc, owner=Owner.REPORTED, codec=codec.RAW, **more)


PLACE = Schema(
    name="place",
    doc="Which vms to find a node for, and what the nodes say.",
    fields=(
        Field(
            "hosts",
            "Hosts of the inventory that are vms and have no C(vmrt_node).",
            type="list",
            elements="str",
            required=True,
        ),
        Field(
            "nodes",
            "Results of M(vmrt.libvirt.node_info), one for each node, in the form in which a loop "
            "over the nodes registers them: C(item) is the host of the node, and a node that did "
            "not answer has a C(msg) only.",
            type="list",
            elements="dict",
            codec=codec.RAW,
            required=True,
        ),
        Field(
            "lost",
            "Nodes that will not come back. A vm that no other node has is taken for gone with "
            "them; without this, it may still be on a node that does not answer, and is not made "
            "a second time.",
            type="list",
            elements="str",
            default=[],
        ),
        Field(
            "new",
            "Whether to find a node for a vm that no node has, and not only to look where vms are.",
            type="bool",
            codec=codec.YES_NO,
            default=True,
        ),
        Field(
            "explain",
            "Whether to return what was found of each node for each vm.",
            type="bool",
            codec=codec.YES_NO,
            default=False,
        ),
        _told(
            "placements",
            "The node of each host, where it has one.",
            type="dict",
            sample={"web1": "node1"},
        ),
        _told("failures", "Why there is no node for other hosts.", type="dict"),
        _told("chosen", "Those of the hosts for which a node was found just now.", type="list"),
        _told(
            "nowhere",
            "Hosts that are on no node, and either are declared absent or were only looked for.",
            type="list",
        ),
        _told(
            "unknown",
            "Hosts whose node is known only once all nodes run libvirt. In check mode these are "
            "the items that the loop over the nodes skipped.",
            type="list",
        ),
        _told(
            "decisions",
            "Of each new vm, if O(explain=true), its C(node), C(why), and all C(nodes), each with "
            "C(passed), C(points) or the C(reasons) why it is out, and C(notes) of what is not "
            "known.",
            type="dict",
        ),
        _told("table", "The same as lines of a table.", type="list"),
    ),
)

# Variables of hosts that are no options of a module.
OF_HOSTS = {"placement": PLACEMENT, "hosting": HOSTING}
