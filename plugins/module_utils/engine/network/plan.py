# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a network: its definition, what can be changed at once, and whether it is active."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.check import check
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.complete import complete
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.hosts import (
    LiveHosts,
    plan_hosts,
    without,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NETWORK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def plan_network(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a network, or its absence, to what was given."""
    if given["state"] == "absent":
        return activity.remove("network", seen)
    root = tree.parse(seen.xml) if seen else None
    wanted = complete(given, root)
    active = activity.becomes_active(given, seen)
    changes = diff(NETWORK, wanted, root, {"autostart": seen.autostart}) if seen else []
    raise_all([*fixed(changes), *check(read(NETWORK, _edit(root, wanted)), active, facts)])

    live = tree.parse(seen.live_xml) if seen and seen.live_xml and active else None
    hosts = LiveHosts()
    if root is not None and live is not None:
        hosts = plan_hosts(wanted, root, live)
    edited = _edit(root, without(wanted, hosts.paths))
    return Plan(
        actions=(
            *activity.define("network", given["name"], seen, edited),
            *hosts.actions,
            *activity.set_autostart("network", given, seen),
            *activity.switch("network", given, seen),
        ),
        changes=tuple(changes),
        before=activity.before(changes, given, seen),
        after=activity.after(NETWORK, changes, wanted, seen),
        restart_required=_pending(wanted, live, hosts),
        filled=activity.filled(NETWORK, wanted, given, seen),
    )


def _edit(root: tree.Element | None, wanted: Mapping[str, Any]) -> tree.Element:
    edited = tree.copy(root) if root is not None else tree.new(NETWORK.tag)
    write(NETWORK, wanted, edited)
    return edited


def _pending(
    wanted: Mapping[str, Any], live: tree.Element | None, hosts: LiveHosts
) -> tuple[str, ...]:
    """What the running network does not have, and does not get now."""
    if live is None:
        return ()
    return tuple(change.path for change in diff(NETWORK, without(wanted, hosts.paths), live))
