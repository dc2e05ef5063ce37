# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a node can do what is tuned under a running vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Tune
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.live import Live
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Calls that need the node's cgroups, and where their options stand.
CGROUP_CALLS = {
    "scheduler": "cpu_tune",
    "memory_limits": "memory_tune",
    "block_weight": "block_tune",
    "block_device": "block_tune",
    "numa": "numa_tune",
}


def check_tuning(live: Live, facts: NodeFacts) -> list[VmrtError]:
    """Complaints about what a running vm is to be tuned to."""
    errors = []
    for action in live.actions:
        if isinstance(action, Tune) and action.call in CGROUP_CALLS:
            trouble = facts.untunable(action.name, action.call)
            if trouble:
                errors.append(
                    VmrtError(
                        f"the node can not limit the running vm: {trouble}",
                        option=CGROUP_CALLS[action.call],
                        hint="Let its libvirt use cgroups (cgroup_controllers in qemu.conf), or "
                        "leave the option out.",
                    )
                )
    return errors
