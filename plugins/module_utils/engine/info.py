# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules return."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    Counted,
    NodeFacts,
    Observer,
    PoolSeen,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.health import more_status
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import (
    report_seen,
    state_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors import registry
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.node import COMMITMENT, NODE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm_info import (
    OPTIONS,
    STATISTICS,
    STATUS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration, show


def vms(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The vms asked for, as they are declared."""
    wanted, gather = given.get("name"), given["gather"]
    name = known_vm(observer, wanted).name if wanted else None
    whole = OPTIONS in gather or STATUS in gather
    counts = {}
    if STATISTICS in gather or not whole:
        counts = {one.name: one for one in observer.counted(name)}
    if whole:
        facts = NodeFacts(observer)
        chosen = [name] if name else observer.names("vm")
        found = [_vm(observer, one, given, facts) for one in chosen]
    else:
        found = [_counted(counts[one]) for one in sorted(counts)]
    if STATISTICS in gather:
        for one in found:
            if one["name"] in counts:
                one["status"]["statistics"] = counts[one["name"]].values
    return {"vms": [declaration(VM, one) for one in found]}


def _vm(
    observer: Observer, name: str, given: Mapping[str, Any], facts: NodeFacts
) -> dict[str, Any]:
    seen = observer.look("vm", name)
    if seen is None:
        return {"name": name, "state": "absent", "status": {}}
    asks = STATUS in given["gather"]
    sources = tuple(given["address_sources"]) if asks else ()
    values = report_seen(observer, seen, sources, facts)
    if asks:
        values["status"].update(more_status(observer, seen, facts, ask="agent" in sources))
    else:
        values["status"] = {"phase": phase(seen.state)}
    kept = values if OPTIONS in given["gather"] else {one: values[one] for one in _ALWAYS}
    return dict(kept)


_ALWAYS = ("name", "uuid", "state", "status")


def _counted(one: Counted) -> dict[str, Any]:
    status = {"phase": phase(one.state)}
    return {"name": one.name, "uuid": one.uuid, "state": state_of(one.state), "status": status}


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
