# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the node's kernel schedules the parts of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_SCHEDULER = (
    Field(
        "scheduler",
        "Class of the kernel's scheduler; V(fifo) and V(rr) need a priority.",
        at="@scheduler",
        choices=("batch", "idle", "fifo", "rr"),
        required=True,
        apply=Apply.RESTART,
    ),
    Field(
        "priority",
        "Priority in V(fifo) and V(rr), from V(1) to V(99).",
        type="int",
        at={"fifo": "@priority", "rr": "@priority"},
        by="scheduler",
        codec=codec.INT,
        check=limits.priority,
        apply=Apply.RESTART,
    ),
)
_NEEDS = (("scheduler", "fifo", ("priority",)), ("scheduler", "rr", ("priority",)))


def _schedulers(what: str, doc: str) -> Field:
    numbers = f"{what}s"
    schema = Schema(
        name=f"{what}_scheduler",
        doc=doc,
        required_if=_NEEDS,
        fields=(
            Field(
                numbers,
                "Their numbers, such as V(0-3).",
                at=f"@{numbers}",
                codec=codec.CPUS,
                required=True,
                apply=Apply.RESTART,
            ),
            *_SCHEDULER,
        ),
    )
    return Field(
        f"{what}_schedulers",
        f"{doc} The list is one value.",
        at=f"{what}sched",
        of=schema,
        many=True,
        apply=Apply.RESTART,
    )


_EMULATOR = Schema(
    name="emulator_scheduler",
    doc="How the emulator itself is scheduled.",
    required_if=_NEEDS,
    fields=_SCHEDULER,
)

CPU_SCHEDULERS = (
    _schedulers("vcpu", "How CPUs of the guest are scheduled."),
    _schedulers("iothread", "How threads that serve disks are scheduled."),
    Field(
        "emulator_scheduler",
        _EMULATOR.doc,
        at="emulatorsched",
        of=_EMULATOR,
        apply=Apply.RESTART,
    ),
)
