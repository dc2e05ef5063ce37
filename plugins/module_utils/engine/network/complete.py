# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the user wrote of a network to what is wanted."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import (
    ADDRESS,
    DHCP,
    HOST,
    NETWORK,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items, match
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import initial

Values = Mapping[str, Any]
GONE = "absent"
ADDRESSES = NETWORK["addresses"]
HOSTS = DHCP["hosts"]


def complete(given: Values, root: tree.Element | None) -> dict[str, Any]:
    """What is wanted. ``root`` is the definition of an existing network."""
    wanted = dict(given) if root is not None else {**initial(NETWORK), **given}
    unmanaged = given.get("remove_unmanaged") or ()
    if "addresses" in unmanaged:
        wanted["addresses"] = _with_rest(ADDRESSES, given.get("addresses", ()), root)
    if wanted.get("addresses"):
        wanted["addresses"] = [
            _complete_address(address, address_element(root, address), unmanaged)
            for address in wanted["addresses"]
        ]
    return wanted


def _complete_address(
    address: Values, element: tree.Element | None, unmanaged: tuple[str, ...]
) -> dict[str, Any]:
    values = dict(address)
    if values.get("state") == GONE:
        return values
    if element is None and ipaddress.ip_address(address["address"]).version == 6:
        values["family"] = "ipv6"
    dhcp = _complete_dhcp(values.pop("dhcp", {}), element, unmanaged)
    return {**values, "dhcp": dhcp} if dhcp else values


def _complete_dhcp(
    given: Values, element: tree.Element | None, unmanaged: tuple[str, ...]
) -> dict[str, Any]:
    """What is wanted of the DHCP of an address; nothing where that is nothing."""
    if given.get("state") == GONE:
        return {"state": GONE}
    dhcp = dict(given)
    spot = tree.find(element, "dhcp") if element is not None else None
    if "hosts" in unmanaged:
        dhcp["hosts"] = _with_rest(HOSTS, dhcp.get("hosts", ()), spot.element if spot else None)
    if spot is None:
        # There is nothing to take away from, and an empty list adds nothing.
        dhcp["hosts"] = [host for host in dhcp.get("hosts", ()) if host.get("state") != GONE]
        dhcp = {name: value for name, value in dhcp.items() if value != []}
    return dhcp if any(one.places for one in DHCP.fields if one.name in dhcp) else {}


def _with_rest(one: Field, named: Any, root: tree.Element | None) -> list[dict[str, Any]]:
    """The items that are named, and the removal of the others."""
    key = one.schema.ident
    known = {item[key] for item in named}
    found = [item.values[key] for item in items(one, root) if item.ours] if root is not None else []
    return [*named, *({key: name, "state": GONE} for name in found if name not in known)]


def address_element(root: tree.Element | None, address: Values) -> tree.Element | None:
    """The element of an address in a definition."""
    item = match(ADDRESS, address, list(items(ADDRESSES, root))) if root is not None else None
    return item.element if item else None


def find_host(element: tree.Element | None, host: Values) -> Item | None:
    """The entry of a host in the element of an address."""
    spot = tree.find(element, "dhcp") if element is not None else None
    return match(HOST, host, list(items(HOSTS, spot.element))) if spot else None


def hosts_of(address: Values) -> Iterator[Values]:
    """The host entries of an address that is to be there."""
    if address.get("state") != GONE and (address.get("dhcp") or {}).get("state") != GONE:
        yield from (address.get("dhcp") or {}).get("hosts", ())
