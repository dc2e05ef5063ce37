# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which NUMA nodes of the node a vm takes its memory from."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_MODES = ("strict", "preferred", "interleave", "restrictive")


def _mode() -> Field:
    return Field(
        "mode",
        "Whether the memory comes from these nodes alone (V(strict)), from them first "
        "(V(preferred)), from all of them in turn (V(interleave)), or from those that are allowed "
        "later (V(restrictive)).",
        at="@mode",
        choices=_MODES,
        apply=Apply.RESTART,
    )


def _nodes(doc: str, **more: Any) -> Field:
    more = {"apply": Apply.RESTART, **more}
    return Field("nodes", doc, at="@nodeset", codec=codec.CPUS, **more)


_MEMORY = Schema(
    name="numa_memory",
    doc="Where the memory of the vm comes from.",
    fields=(
        _mode(),
        _nodes(
            "Numbers of the NUMA nodes. Under a running vm they only change where it runs with "
            "V(restrictive), and else at its next start.",
            apply=Apply.LIVE,
            via="numa:nodes",
        ),
        Field(
            "placement",
            "Whether O(numa_tune.memory.nodes) says where, or the advice of numad.",
            at="@placement",
            choices=("static", "auto"),
            apply=Apply.RESTART,
        ),
    ),
)

_CELL = Schema(
    name="numa_node",
    doc="Where the memory of one NUMA cell of the guest comes from.",
    key="cell",
    required_if=(("state", "present", ("mode", "nodes")),),
    fields=(
        ITEM_STATE,
        Field(
            "cell",
            "Number of the guest's cell.",
            type="int",
            at="@cellid",
            codec=codec.INT,
            check=names.not_negative,
            required=True,
            apply=Apply.RESTART,
        ),
        _mode(),
        _nodes("Numbers of the NUMA nodes."),
    ),
)

NUMA_TUNE = Schema(
    name="numa_tune",
    doc="Which NUMA nodes of the node the vm takes its memory from.",
    fields=(
        Field("memory", _MEMORY.doc, at="memory", of=_MEMORY, apply=Apply.RESTART),
        Field("cells", _CELL.doc, at="memnode", of=_CELL, many=True, apply=Apply.RESTART),
    ),
)
