# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole node as an inventory shows it: its vms as they are declared, and the ways to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import AGENT_CHANNEL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration

# Networks whose guests are reached through the node, if at all.
_BEHIND_THE_NODE = ("nat", "isolated", "route", "open")
_AGENT = f"devices/channel/target[@name='{AGENT_CHANNEL}']"


def survey(observer: Observer) -> dict[str, Any]:
    """What the node tells without asking any guest, as plain data."""
    facts = NodeFacts(observer)
    networks = dict(_networks(observer, facts))
    fixed = {
        host["mac"]: host["ip"]
        for network in networks.values()
        for host in _hosts(network)
        if host.get("mac") and host.get("ip")
    }
    vms = [_vm(observer, name, facts, fixed) for name in observer.names("vm")]
    return {
        "vms": [vm for vm in vms if vm],
        "private": [
            name
            for name, network in networks.items()
            if network.get("mode", "isolated") in _BEHIND_THE_NODE
        ],
        # Those of the node itself in its networks: no guest has them.
        "own": [
            address["address"]
            for network in networks.values()
            for address in network.get("addresses") or ()
        ],
    }


def _networks(observer: Observer, facts: NodeFacts) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in facts.network_names:
        seen = observer.look("network", name)
        if seen:
            yield name, read(NETWORK, tree.parse(seen.live_xml or seen.xml))


def _hosts(network: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for address in network.get("addresses") or ():
        yield from (address.get("dhcp") or {}).get("hosts") or ()


def _vm(
    observer: Observer, name: str, facts: NodeFacts, fixed: Mapping[str, str]
) -> dict[str, Any] | None:
    seen = observer.look("vm", name)
    if seen is None:
        # It went in the meantime.
        return None
    values = report_seen(observer, seen, ("lease",), facts)
    nics = values.get("nics") or ()
    static = [
        {"address": fixed[nic["mac"]], "network": nic.get("network"), "source": "static"}
        for nic in nics
        if nic.get("mac") in fixed
    ]
    return {
        "name": name,
        "options": declaration(VM, values),
        "addresses": [*static, *((values.get("status") or {}).get("addresses") or ())],
        "agent": seen.state == "running" and _agent_listens(seen.live_xml),
    }


def _agent_listens(live_xml: str | None) -> bool:
    """Has anything in the guest opened the channel? libvirt does not always know."""
    target = tree.parse(live_xml).find(_AGENT) if live_xml else None
    return target is not None and target.get("state") != "disconnected"
