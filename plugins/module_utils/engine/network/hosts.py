# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""DHCP entries of an active network: changed at once, while its guests go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    UpdateNetwork,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.complete import (
    GONE,
    HOSTS,
    address_element,
    find_host,
    hosts_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import HOST
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import element_of, write

_SECTION = "ip-dhcp-host"
# An address that one entry gives up may be what another gets.
_ORDER = ("delete", "modify", "add")


@dataclass(frozen=True)
class LiveHosts:
    """The updates, and the paths of the entries that they are for."""

    actions: tuple[Action, ...] = ()
    paths: frozenset[str] = frozenset()


def plan_hosts(wanted: Mapping[str, Any], root: tree.Element, live: tree.Element) -> LiveHosts:
    """The updates that change definition and running network alike. Where the two differ in what
    an update would touch, the entry is left to the definition."""
    found: list[UpdateNetwork] = []
    paths: set[str] = set()
    for address in wanted.get("addresses", ()):
        element, running = address_element(root, address), address_element(live, address)
        if element is None or running is None or _place(element) != _place(running):
            continue
        for host in hosts_of(address):
            command = _command(host, element)
            if command is None or command != _command(host, running):
                continue
            paths.add(host_path(address, host))
            found.append(
                UpdateNetwork(
                    wanted["name"],
                    command,
                    _SECTION,
                    host["mac"],
                    _place(element),
                    tree.render(_entry(host, element, command)),
                )
            )
    found.sort(key=lambda update: _ORDER.index(update.command))
    return LiveHosts(tuple(found), frozenset(paths))


def without(wanted: Mapping[str, Any], paths: frozenset[str]) -> dict[str, Any]:
    """What is wanted, without the entries at these paths."""
    addresses = []
    for address in wanted.get("addresses", ()):
        dhcp = address.get("dhcp")
        if dhcp and "hosts" in dhcp:
            rest = [host for host in dhcp["hosts"] if host_path(address, host) not in paths]
            address = {**address, "dhcp": {**dhcp, "hosts": rest}}
        addresses.append(address)
    return {**wanted, "addresses": addresses} if "addresses" in wanted else dict(wanted)


def host_path(address: Mapping[str, Any], host: Mapping[str, Any]) -> str:
    """What a user would call an entry."""
    return f"addresses[{address['address']}].dhcp.hosts[{host['mac']}]"


def _place(element: tree.Element) -> int:
    return list(element.getparent().iterfind(element.tag)).index(element)


def _command(host: Mapping[str, Any], address: tree.Element) -> str | None:
    item = find_host(address, host)
    if host.get("state") == GONE:
        return "delete" if item else None
    if item is None:
        return "add"
    return "modify" if diff(HOST, host, item.element) else None


def _entry(host: Mapping[str, Any], address: tree.Element, command: str) -> tree.Element:
    item = find_host(address, host)
    if item is None:
        return element_of(HOSTS, host)
    entry = tree.copy(item.element)
    if command == "modify":
        write(HOST, host, entry)
    return entry
