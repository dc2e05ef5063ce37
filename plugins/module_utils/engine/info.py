# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    PoolSeen,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.health import more_status
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors import registry
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.node import COMMITMENT, NODE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration, show


def vms(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The vms asked for, as they are declared."""
    wanted = given.get("name")
    chosen = [known_vm(observer, wanted).name] if wanted else observer.names("vm")
    sources = tuple(given["address_sources"])
    facts = NodeFacts(observer)
    found = [_vm(observer, name, sources, facts) for name in chosen]
    return {"vms": [declaration(VM, one) for one in found]}


def _vm(
    observer: Observer, name: str, sources: tuple[str, ...], facts: NodeFacts
) -> Mapping[str, Any]:
    seen = observer.look("vm", name)
    if seen is None:
        return {"name": name, "state": "absent"}
    values = report_seen(observer, seen, sources, facts)
    more = more_status(observer, seen, facts, ask="agent" in sources)
    return {**values, "status": {**values["status"], **more}}


def node(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The node with its storage."""
    facts = NodeFacts(observer)
    pools = [facts.pool(name) for name in facts.pool_names]
    found = {
        **facts.node,
        "domain_capabilities": list(_offers(facts)),
        "storage": [_storage(facts, pool) for pool in pools if pool],
        "networks": facts.network_names,
        "vms": [read(COMMITMENT, tree.parse(xml)) for xml in observer.definitions()],
    }
    return {"node": show(NODE, found)}


def _storage(facts: NodeFacts, pool: PoolSeen) -> Mapping[str, Any]:
    volumes = facts.volumes(pool.name)
    return {
        **asdict(pool),
        "allocated": sum(volume.allocation for volume in volumes),
        "provisioned": sum(volume.capacity or 0 for volume in volumes),
        "images": [
            {"name": volume.name, "size": volume.capacity}
            for volume in volumes
            if volume.backing is None and not _is_disk(volume, facts)
        ],
    }


def _is_disk(volume: VolumeSeen, facts: NodeFacts) -> bool:
    return any(not user.backing for user in facts.users.get(volume.path, ()))


def _offers(facts: NodeFacts) -> Iterator[Mapping[str, Any]]:
    """What each hypervisor can do on the node's own architecture."""
    for one in registry.REGISTRY.values():
        if one.offered(facts.node):
            offers = facts.offers(one.type, one.default_arch(facts.node), one.machine(facts.node))
            if offers:
                yield offers
