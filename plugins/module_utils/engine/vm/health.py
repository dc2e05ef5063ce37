# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a vm does, as far as can be seen without asking anybody who may never answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import disk_status
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import without_devices
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.pending import in_force
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import RUNNING
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import AGENT_CHANNEL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_WELL = ("ok", "job", "occupied")
# Why a vm may be off without anything being wrong, and paused.
_CALM = (None, "user", "shutdown", "destroyed", "saved", "migrated", "unknown", "from snapshot")


def more_status(observer: Observer, seen: Seen, facts: NodeFacts, ask: bool) -> dict[str, Any]:
    """What vm_info tells of a vm besides; ``ask`` allows to ask the guest."""
    vitals = dict(observer.vitals(seen.name))
    processes = dict(vitals.get("processes") or {})
    live = tree.parse(seen.live_xml) if seen.live_xml else None
    health = {
        "state": seen.state,
        "reason": vitals.get("reason"),
        "hypervisor": processes.pop("state", None),
        "control": vitals.get("control"),
        "disk_errors": vitals.get("disk_errors") or {},
        "agent": _agent(observer, seen, live) if ask else None,
    }
    problems = _problems(health)
    health.update(healthy=seen.state in RUNNING and not problems, problems=problems)
    paths = dict(vitals.get("paths") or {})
    channel = live.find(_AGENT) if live is not None else None
    source = channel.getparent().find("source") if channel is not None else None
    if source is not None and source.get("path"):
        paths["agent"] = source.get("path")
    more: dict[str, Any] = {
        "health": health,
        "paths": paths,
        "disks": disk_status(seen, facts),
    }
    if processes:
        more["processes"] = processes
    if live is not None:
        config = without_devices(tree.parse(seen.xml))
        more["in_force"] = in_force(config, without_devices(live))
    return more


_AGENT = f"devices/channel/target[@name='{AGENT_CHANNEL}']"


def _agent(observer: Observer, seen: Seen, live: tree.Element | None) -> bool | None:
    """Does it answer? libvirt knows of a guest in which nobody has opened the channel."""
    channel = live.find(_AGENT) if live is not None else None
    if channel is None or seen.state not in RUNNING:
        return None
    if channel.get("state") == "disconnected":
        return False
    try:
        observer.agent(seen.name, "guest-ping")
    except VmrtError:
        return False
    return True


def _problems(health: Mapping[str, Any]) -> list[str]:
    found = []
    if health["state"] == "crashed" or health["reason"] not in _CALM:
        found.append(f"it is {health['state']}: {health['reason'] or 'nobody knows why'}")
    if health["hypervisor"] not in (None, "running"):
        found.append(f"its process is {health['hypervisor']}")
    if health["control"] not in (None, *_WELL):
        found.append("libvirt can not talk to its hypervisor")
    found += [f"the disk {disk} has an error: {why}" for disk, why in health["disk_errors"].items()]
    if health["agent"] is False:
        found.append("its guest agent does not answer")
    return found
