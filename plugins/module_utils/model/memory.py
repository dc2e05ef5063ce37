# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.memory_backing import (
    MEMORY_BACKING,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.memory_tune import MEMORY_TUNE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_HOTPLUG = Schema(
    name="memory_hotplug",
    doc="Room for memory devices.",
    required_together=(("maximum", "slots"),),
    fields=(
        Field(
            "maximum",
            "Most memory that the vm can ever have, memory devices included.",
            at=".",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
        ),
        Field(
            "slots",
            "Most memory devices.",
            type="int",
            at="@slots",
            codec=codec.INT,
            check=names.positive,
            apply=Apply.RESTART,
        ),
    ),
)

MEMORY = (
    Field("memory_hotplug", _HOTPLUG.doc, at="maxMemory", of=_HOTPLUG, apply=Apply.RESTART),
    Field(
        "max_memory",
        "Memory that the guest can have without a restart, as a number with the unit KiB, MiB "
        "or GiB, or of MiB without a unit. Of a vm with O(cpu.numa_cells) it is always the sum of "
        "them and of O(memory_devices).",
        at="memory",
        codec=codec.MEMORY,
        apply=Apply.RESTART,
        initial_doc="the value of O(memory)",
    ),
    Field(
        "memory_core_dump",
        "Whether the memory of the guest is part of a core dump of the emulator.",
        type="bool",
        at="memory/@dumpCore",
        codec=codec.ON_OFF,
        apply=Apply.RESTART,
    ),
    Field(
        "memory",
        "Memory of the guest, as a number with the unit KiB, MiB or GiB, or of MiB without a "
        "unit. A running guest gets more up to O(max_memory), and gives it back, through its "
        "balloon. Memory devices of the model V(dimm) count, those of the model V(virtio-mem) "
        "are beside it.",
        at=("currentMemory", "memory"),
        codec=codec.MEMORY,
        apply=Apply.LIVE,
        via="memory",
        initial=1024**3,
    ),
    Field("memory_tune", MEMORY_TUNE.doc, at="memtune", of=MEMORY_TUNE, apply=Apply.RESTART),
    Field(
        "memory_backing",
        MEMORY_BACKING.doc,
        at="memoryBacking",
        of=MEMORY_BACKING,
        apply=Apply.RESTART,
    ),
)
