# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the memory of a vm is made of on the node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _flag(name: str, doc: str, at: str) -> Field:
    return Field(name, doc, type="bool", at=at, codec=codec.PRESENCE, apply=Apply.RESTART)


_PAGE = Schema(
    name="page",
    doc="Huge pages of one size.",
    fields=(
        Field(
            "size",
            "Size of the pages.",
            at="@size",
            codec=codec.MEMORY_UNIT,
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "nodes",
            "NUMA cells of the guest that are made of them; without it, all that no other item "
            "names.",
            at="@nodeset",
            codec=codec.CPUS,
            apply=Apply.RESTART,
        ),
    ),
)

_ALLOCATION = Schema(
    name="allocation",
    doc="When and how the node sets the memory aside.",
    fields=(
        Field(
            "mode",
            "Whether all memory is set aside when the vm starts, or when the guest uses it.",
            at="@mode",
            choices=("immediate", "ondemand"),
            apply=Apply.RESTART,
        ),
        Field(
            "threads",
            "Threads that set memory aside when the vm starts.",
            type="int",
            at="@threads",
            codec=codec.INT,
            apply=Apply.RESTART,
        ),
    ),
)

MEMORY_BACKING = Schema(
    name="memory_backing",
    doc="What the memory of the vm is made of on the node.",
    fields=(
        _flag("hugepages", "Whether the memory is made of huge pages.", "hugepages"),
        Field(
            "pages",
            "Sizes of the huge pages, where the node's usual one is not meant. The list is one "
            "value.",
            at={True: "hugepages/page"},
            by="hugepages",
            of=_PAGE,
            many=True,
            apply=Apply.RESTART,
        ),
        _flag(
            "no_share_pages",
            "Whether pages stay apart that are the same in several vms.",
            "nosharepages",
        ),
        _flag(
            "locked",
            "Whether the memory is never swapped; limit it with O(memory_tune.hard_limit).",
            "locked",
        ),
        Field(
            "source",
            "Where the memory lies: in files of the node, in nameless memory, or in memory that "
            "other programs can be given (V(memfd)), which virtiofs and vhost-user need.",
            at="source/@type",
            choices=("file", "anonymous", "memfd"),
            apply=Apply.RESTART,
        ),
        Field(
            "access",
            "Whether other programs see what the guest writes; virtiofs and vhost-user need "
            "V(shared).",
            at="access/@mode",
            choices=("shared", "private"),
            apply=Apply.RESTART,
        ),
        Field("allocation", _ALLOCATION.doc, at="allocation", of=_ALLOCATION, apply=Apply.RESTART),
        _flag(
            "discard",
            "Whether the node forgets the content as soon as the vm ends.",
            "discard",
        ),
    ),
)
