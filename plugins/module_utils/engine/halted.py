# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that is in memory, halted, although it was off: a run worked on its disks, and died together
with libvirt, which else would have ended it."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action, Stop
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# The process that has it in memory, in the definition in force.
HALTED = f"{MARK}/@halted"


def brought_down(seen: Seen, facts: NodeFacts) -> tuple[list[Action], Seen]:
    """The end of such a vm, and the vm after it; any other stays as it is."""
    if seen.state != "paused" or seen.live_xml is None:
        return [], seen
    spot = tree.find(tree.parse(seen.live_xml), HALTED)
    if spot is None or not (spot.text or "").isdigit() or facts.has(f"/proc/{spot.text}"):
        return [], seen
    return [Stop("vm", seen.name)], replace(seen, state="shutoff", live_xml=None)
