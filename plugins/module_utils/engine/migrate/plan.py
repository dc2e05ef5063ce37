# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that goes from one node to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.actions import Migrate
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.check import complaints
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.disks import Both, Disks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import (
    delete_owned,
    owned_volumes,
    seed_volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.migration import OWNED, VM_MIGRATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    VmrtError,
    raise_all,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

Given = Mapping[str, Any]
# Options that say how a running vm moves, as the action carries them.
_HOW = (
    *("peer2peer", "tunnelled", "tls", "migrate_uri", "listen_address", "bandwidth"),
    *("max_downtime", "auto_converge", "post_copy", "compression", "unsafe"),
)


def plan_migration(given: Given, observer: Observer) -> Plan:
    """The steps, or none where the vm has moved already. Raises every complaint at once."""
    name, destination = given["name"], given["destination"]
    there = observer.elsewhere(destination)
    _two_nodes(observer, there)
    seen, arrived = observer.look("vm", name), there.look("vm", name)
    if seen is None and arrived is not None:
        return Plan()
    seen = _one_vm(name, seen, arrived, observer, there)
    disks = Both(NodeFacts(observer), NodeFacts(there), destination).plan(given, seen)
    errors = [*complaints(given, seen, observer, there), *disks.errors]
    if given["tunnelled"] and disks.targets:
        hint = "Leave tunnelled out, or use shared storage."
        errors.append(VmrtError("copies no disks of a running vm", option="tunnelled", hint=hint))
    raise_all(errors)
    deletes, warnings = _left_over(given, seen, disks, NodeFacts(observer))
    move = _move(given, seen, disks, there.node()["uuid"])
    return Plan(
        actions=(*disks.actions, move, *deletes),
        before={"node": observer.node()["hostname"]},
        after={"node": there.node()["hostname"]},
        warnings=tuple(warnings),
    )


def _two_nodes(observer: Observer, there: Observer) -> None:
    if observer.node()["uuid"] == there.node()["uuid"]:
        raise VmrtError(
            "this is the node that the vm is to leave, or one with the same host UUID",
            option="destination",
            hint="Machines that are clones have the same: give libvirtd.conf a host_uuid.",
        )


def _one_vm(
    name: str, seen: Seen | None, arrived: Seen | None, observer: Observer, there: Observer
) -> Seen:
    if seen is None:
        raise NotFound(
            f"there is no vm '{name}', neither here nor at the destination",
            option="name",
            hint=f"The node has: {', '.join(observer.names('vm')) or 'none'}.",
        )
    other = arrived.name if arrived else there.vm_of_uuid(_uuid(seen))
    if other:
        what = f"'{name}'" if other == name else f"'{other}', which has the UUID of '{name}',"
        raise VmrtError(
            f"there is a vm {what} at the destination as well",
            option="name",
            hint="See which one is to stay, and remove the other one; or, if it is just being "
            "moved, wait.",
        )
    return seen


def _uuid(seen: Seen) -> str:
    return str(tree.parse(seen.xml).findtext("uuid"))


def _move(given: Given, seen: Seen, disks: Disks, host: str) -> Migrate:
    how = "offline"
    if seen.active:
        how = "live" if given.get("live", True) else "halted"
    return Migrate(
        seen.name,
        given["destination"],
        how,
        copied=tuple(disks.targets),
        host=host,
        persistent=seen.persistent,
        autostart=seen.autostart,
        timeout=given.get("timeout"),
        options={one: given[one] for one in _HOW if one in given},
    )


def _left_over(
    given: Given, seen: Seen, disks: Disks, facts: NodeFacts
) -> tuple[list[Action], list[str]]:
    """The end of volumes of which there is a copy at the destination then."""
    owned = [one for one in owned_volumes(read(VM, tree.parse(seen.xml))) if one in disks.copied]
    if given["delete_disks"] != OWNED:
        # The seed is no data: it is made from the declaration, and may hold secrets.
        owned = [one for one in owned if one.endswith(f"/{seed_volume(seen.name)}")]
    return delete_owned(seen.name, owned, facts)


def report_migration(observer: Observer, given: Given) -> dict[str, Any]:
    """Where the vm is, and what it does there."""
    for node in (observer, observer.elsewhere(given["destination"])):
        seen = node.look("vm", given["name"])
        if seen is not None:
            return {"node": node.node()["hostname"], "phase": phase(seen.state)}
    return {}


MIGRATE_DEED = Deed(
    schema=VM_MIGRATE,
    plan=plan_migration,
    report=report_migration,
)
