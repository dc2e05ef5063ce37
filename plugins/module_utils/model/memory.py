# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

MEMORY = (
    Field(
        "max_memory",
        "Memory that the guest can have without a restart, as a number with the unit KiB, MiB "
        "or GiB, or of MiB without a unit.",
        at="memory",
        codec=codec.MEMORY,
        apply=Apply.RESTART,
        initial_doc="the value of O(memory)",
    ),
    Field(
        "memory",
        "Memory of the guest, as a number with the unit KiB, MiB or GiB, or of MiB without a "
        "unit. A running guest gets more up to O(max_memory), and gives it back, through its "
        "balloon.",
        at=("currentMemory", "memory"),
        codec=codec.MEMORY,
        apply=Apply.LIVE,
        via="memory",
        initial=1024**3,
    ),
)
