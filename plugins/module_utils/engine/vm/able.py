# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a hypervisor's abilities make of a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BlockResize,
    Define,
    Start,
    Suspend,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.foreign import Foreign
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def grows(steps: Iterable[Action], hypervisor: Hypervisor) -> list[VmrtError]:
    """Complaints about disks that can not grow while the vm runs."""
    if hypervisor.abilities.resize:
        return []
    return [
        VmrtError(
            f"{hypervisor.name} can not grow the disk {step.device} of a running vm",
            option="disks",
            hint="Stop the vm first, with state: stopped.",
        )
        for step in steps
        if isinstance(step, BlockResize)
    ]


def starts(steps: Iterable[Action], hypervisor: Hypervisor) -> tuple[Action, ...]:
    """The steps of power; where a vm can not start paused, it runs for a moment."""
    if hypervisor.abilities.start_paused:
        return tuple(steps)
    able: list[Action] = []
    for step in steps:
        if isinstance(step, Start) and step.paused:
            able += [replace(step, paused=None), Suspend(step.name)]
        else:
            able.append(step)
    return tuple(able)


def defines(steps: Iterable[Action], hypervisor: Hypervisor) -> list[VmrtError]:
    """The complaint about a new definition of a vm that there is no plug-in for."""
    return [
        hypervisor.refusal(step.name)
        for step in steps
        if isinstance(step, Define) and isinstance(hypervisor, Foreign)
    ]
