# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm gets of the processors of its node."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cpu_allocation import (
    CPU_ALLOCATION,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cpu_pins import CPU_PINS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cpu_schedulers import (
    CPU_SCHEDULERS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _share(name: str, doc: str, parameter: str, check: Callable[[Any], None]) -> Field:
    return Field(
        name,
        doc,
        type="int",
        at=name,
        codec=codec.INT,
        check=check,
        apply=Apply.LIVE,
        via=f"scheduler:{parameter}",
    )


def _limit(prefix: str, who: str, parameter: str) -> tuple[Field, ...]:
    quota = f"{prefix}quota"
    return (
        _share(
            f"{prefix}period",
            f"Microseconds over which O(cpu_tune.{quota}) counts, from V(1000) to V(1000000).",
            f"{parameter}_period",
            limits.period,
        ),
        _share(
            quota,
            f"Microseconds of each period in which {who} may run; V(-1) is no limit.",
            f"{parameter}_quota",
            limits.quota,
        ),
    )


CPU_TUNE = Schema(
    name="cpu_tune",
    doc="What the vm gets of the processors of the node. Shares, periods and quotas need the CPU "
    "controller of the node's cgroups.",
    fields=(
        _share(
            "shares",
            "Weight of the vm against others while the node is busy.",
            "cpu_shares",
            names.positive,
        ),
        *_limit("global_", "the vm as a whole", "global"),
        *_limit("", "each CPU of the guest", "vcpu"),
        *_limit("emulator_", "the emulator itself", "emulator"),
        *_limit("iothread_", "each thread that serves disks", "iothread"),
        *CPU_PINS,
        *CPU_SCHEDULERS,
        *CPU_ALLOCATION,
    ),
)
