# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Limits of the memory that a vm takes from its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _limit(name: str, doc: str) -> Field:
    return Field(
        name,
        doc,
        at=name,
        codec=codec.MEMORY,
        apply=Apply.LIVE,
        via=f"memory_limits:{name}",
    )


MEMORY_TUNE = Schema(
    name="memory_tune",
    doc="Limits of the memory that the vm takes from the node, with what the emulator itself "
    "needs. They need the memory controller of the node's cgroups.",
    fields=(
        _limit("hard_limit", "Most memory; a vm that wants more is ended by the node."),
        _limit("soft_limit", "Most memory while the node has too little."),
        Field(
            "min_guarantee",
            "Least memory that the node keeps for the vm; QEMU has no use for it.",
            at="min_guarantee",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
        ),
        _limit("swap_hard_limit", "Most memory and swap together."),
    ),
)
