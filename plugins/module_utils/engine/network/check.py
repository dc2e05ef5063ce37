# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the addresses of a network fit together, and fit the node."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any, Union

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.network import NAT, NETWORK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

Values = Mapping[str, Any]
Subnet = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def check(values: Values, active: bool, facts: NodeFacts) -> list[VmrtError]:
    """Every complaint about a network that will have ``values`` and be active or not."""
    errors: list[VmrtError] = []
    subnets: dict[str, Subnet] = {}
    for address in values.get("addresses", ()):
        option = f"addresses[{address['address']}]"
        try:
            subnet = _subnet(address)
        except ValueError as error:
            errors.append(VmrtError(str(error), option=f"{option}.prefix"))
            continue
        for name, other in subnets.items():
            if subnet.overlaps(other):
                errors.append(
                    VmrtError(
                        f"{subnet} overlaps {other} of {name}",
                        option=option,
                        hint="Name an address that is to go with state: absent.",
                    )
                )
        subnets[option] = subnet
        errors += _dhcp(address.get("dhcp") or {}, address["address"], subnet, f"{option}.dhcp")
    if values["mode"] == NAT and not values.get("addresses"):
        errors.append(
            VmrtError(
                "a network of mode nat needs an address",
                option="addresses",
                hint="Give for example address: 192.168.150.1 and prefix: 24, or mode: isolated.",
            )
        )
    return [*errors, *_macs(values), *_others(values, active, subnets, facts)]


def _subnet(address: Values) -> Subnet:
    if "prefix" not in address:
        raise ValueError("a new address needs the length of its prefix, such as 24")
    interface = ipaddress.ip_interface(f"{address['address']}/{address['prefix']}")
    subnet = interface.network
    if subnet.num_addresses < 4:
        raise ValueError(f"{subnet} has no room for guests")
    if interface.ip == subnet.network_address or _broadcast(interface.ip, subnet):
        raise ValueError(f"{interface.ip} can not be an address of the node in {subnet}")
    return subnet


def _broadcast(ip: Any, subnet: Subnet) -> bool:
    return subnet.version == 4 and bool(ip == subnet.broadcast_address)


def _dhcp(dhcp: Values, own: str, subnet: Subnet, option: str) -> Iterator[VmrtError]:
    for position, one in enumerate(dhcp.get("ranges", ())):
        here = f"{option}.ranges[{position}]"
        outside = [name for name in ("start", "end") if not _inside(one[name], subnet)]
        for name in outside:
            yield _outside(one[name], subnet, f"{here}.{name}")
        if not outside and ipaddress.ip_address(one["start"]) > ipaddress.ip_address(one["end"]):  # type: ignore[operator]
            yield VmrtError(
                f"{one['start']} comes after {one['end']}",
                option=here,
                hint="A range begins with its lowest address.",
            )
    taken: dict[str, str] = {own: "the node itself"}
    called: dict[str, str] = {}
    for host in dhcp.get("hosts", ()):
        mac, ip = host.get("mac"), host.get("ip")
        if mac is None:
            # Of an entry that knows its guest otherwise we know too little.
            continue
        here = f"{option}.hosts[{mac}]"
        name = host.get("name")
        if name in called:
            # libvirt takes an entry of the same name for the same entry.
            yield VmrtError(
                f"'{name}' is the name of {called[name]} already",
                option=f"{here}.name",
                hint="Give another one, or remove the other entry with state: absent.",
            )
        elif name:
            called[name] = mac
        if subnet.version == 6:
            yield VmrtError(
                "DHCP of IPv6 does not know guests by their MAC addresses",
                option=here,
                hint="Give the entry to an address of IPv4.",
            )
        elif ip is None:
            yield VmrtError("an entry needs an address to give", option=f"{here}.ip")
        elif not _inside(ip, subnet):
            yield _outside(ip, subnet, f"{here}.ip")
        elif ip in taken:
            yield VmrtError(
                f"{ip} belongs to {taken[ip]}", option=f"{here}.ip", hint="Give another one."
            )
        else:
            taken[ip] = mac


def _inside(ip: str, subnet: Subnet) -> bool:
    address = ipaddress.ip_address(ip)
    return (
        address.version == subnet.version
        and address in subnet
        and address != subnet.network_address
        and not _broadcast(address, subnet)
    )


def _outside(ip: str, subnet: Subnet, option: str) -> VmrtError:
    return VmrtError(f"{ip} is no address for guests in {subnet}", option=option)


def _macs(values: Values) -> list[VmrtError]:
    """An interface is known to one subnet of a network."""
    errors = []
    seen: dict[str, str] = {}
    for address in values.get("addresses", ()):
        for host in (address.get("dhcp") or {}).get("hosts", ()):
            mac = host.get("mac")
            if mac and mac in seen:
                errors.append(
                    VmrtError(
                        f"{seen[mac]} has an entry for it as well",
                        option=f"addresses[{address['address']}].dhcp.hosts[{mac}]",
                        hint="Keep one of the two.",
                    )
                )
            seen.setdefault(mac, f"addresses[{address['address']}]")
    return errors


def _others(
    values: Values, active: bool, subnets: Mapping[str, Subnet], facts: NodeFacts
) -> list[VmrtError]:
    """What the other networks of the node leave."""
    errors = []
    for name in facts.network_names:
        seen = facts.network(name) if name != values["name"] else None
        if seen is None:
            continue
        other = read(NETWORK, tree.parse(seen.live_xml or seen.xml))
        if values.get("bridge") and values["bridge"] == other.get("bridge"):
            errors.append(
                VmrtError(
                    f"the network '{name}' has the bridge {values['bridge']} already",
                    option="bridge",
                    hint="Give another name, or leave the option out.",
                )
            )
        if not (active and seen.active):
            continue
        for option, subnet in subnets.items():
            for theirs in _known_subnets(other):
                if subnet.overlaps(theirs):
                    errors.append(
                        VmrtError(
                            f"{subnet} overlaps {theirs} of the active network '{name}'",
                            option=option,
                            hint="Choose another subnet, or stop that network.",
                        )
                    )
    return errors


def _known_subnets(values: Values) -> Iterator[Subnet]:
    for address in values.get("addresses", ()):
        if "prefix" in address:
            yield ipaddress.ip_interface(f"{address['address']}/{address['prefix']}").network
