# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network: a bridge of the node, with the addresses and the DHCP that libvirt gives it."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot

NAT = "nat"
ISOLATED = "isolated"

_DNS_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")


class _Mode(codec.Codec):
    """An isolated network is one that has no <forward> at all."""

    missing = ISOLATED
    removes = ISOLATED

    def read(self, spot: Spot) -> str:
        return str(spot.element.get("mode", NAT))

    def write(self, spot: Spot, value: Any) -> None:
        spot.element.set("mode", value)


class _Address(codec.Codec):
    """An IP address in its shortest form."""

    def parse(self, value: Any) -> str:
        try:
            return str(ipaddress.ip_address(value))
        except ValueError as error:
            raise ValueError(f"{value!r} is not an IP address: write it as 192.0.2.1") from error

    def read(self, spot: Spot) -> str | None:
        try:
            return self.parse(spot.text)
        except ValueError:
            return spot.text


class _Prefix(codec.Codec):
    """The length of a prefix, which libvirt may keep as a netmask."""

    def parse(self, value: Any) -> int:
        return int(codec.INT.parse(value))

    def read(self, spot: Spot) -> int | None:
        try:
            return ipaddress.ip_network(f"0.0.0.0/{spot.text}").prefixlen
        except ValueError:
            return int(codec.INT.parse(spot.text))


_ADDRESS = _Address()


def _dns_name(text: str) -> None:
    if len(text) > 253 or not _DNS_NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a DNS name, such as web1.example.com")


def _prefix_length(value: int) -> None:
    if not 1 <= value <= 128:
        raise ValueError(f"{value} is not the length of a prefix, such as 24")


def _state(what: str) -> Field:
    return Field(
        "state",
        f"Whether {what} is there.",
        choices=("present", "absent"),
        default="present",
    )


RANGE = Schema(
    name="range",
    doc="Addresses that guests without an entry of their own get.",
    fields=(
        Field(
            "start",
            "First address of the range.",
            at="@start",
            codec=_ADDRESS,
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "end",
            "Last address of the range.",
            at="@end",
            codec=_ADDRESS,
            required=True,
            apply=Apply.RESTART,
        ),
    ),
)

HOST = Schema(
    name="host",
    doc="The address and the name that DHCP gives to one interface.",
    key="mac",
    fields=(
        Field(
            "mac",
            "MAC address of the interface, by which the entry is known.",
            at="@mac",
            codec=codec.LOWER,
            required=True,
            check=names.mac,
            apply=Apply.RECREATE,
        ),
        Field(
            "name",
            "Name that the guest is told, and that the network's DNS knows.",
            at="@name",
            check=_dns_name,
            apply=Apply.LIVE,
            via="network_update",
        ),
        Field(
            "ip",
            "Address that the guest gets, inside of the network and best outside of its ranges.",
            at="@ip",
            codec=_ADDRESS,
            apply=Apply.LIVE,
            via="network_update",
        ),
        _state("the entry"),
    ),
)

DHCP = Schema(
    name="dhcp",
    doc="What the DHCP server of a network gives out.",
    fields=(
        Field(
            "ranges",
            "Ranges of addresses, all of them: a range that is not named is removed.",
            at="range",
            of=RANGE,
            many=True,
            apply=Apply.RESTART,
        ),
        Field(
            "hosts",
            "Entries for single interfaces, known by their MAC addresses; only of IPv4.",
            at="host",
            of=HOST,
            many=True,
            apply=Apply.LIVE,
            via="network_update",
        ),
        _state("DHCP"),
    ),
)

ADDRESS = Schema(
    name="address",
    doc="An address of the node in a network, and with it a subnet.",
    key="address",
    fields=(
        Field(
            "family",
            "V(ipv4) or V(ipv6).",
            at="@family",
            absent="ipv4",
            owner=Owner.REPORTED,
            apply=Apply.RECREATE,
            sample="ipv4",
        ),
        Field(
            "address",
            "The address, IPv4 or IPv6, by which this item of the list is known.",
            at="@address",
            codec=_ADDRESS,
            required=True,
            apply=Apply.RECREATE,
        ),
        Field(
            "prefix",
            "Length of the subnet's prefix in bits, such as V(24). A new address needs one.",
            type="int",
            at=("@prefix", "@netmask"),
            twins=("@netmask",),
            codec=_Prefix(),
            check=_prefix_length,
            apply=Apply.RESTART,
        ),
        Field("dhcp", DHCP.doc, at="dhcp", of=DHCP, apply=Apply.RESTART),
        _state("the address"),
    ),
)

NETWORK = Schema(
    name="network",
    doc="A network that libvirt runs on the node.",
    tag="network",
    fields=(
        Field(
            "name",
            "Name of the network.",
            at="name",
            required=True,
            check=names.name,
            apply=Apply.RECREATE,
        ),
        Field(
            "uuid",
            "UUID of the network.",
            at="uuid",
            owner=Owner.REPORTED,
            sample="7f3b9a52-0f0c-4d0e-9a57-4b3f7a0c6d11",
        ),
        Field(
            "mode",
            "How guests reach what is outside of the network: through the node's address "
            "(V(nat), which routes IPv6), or not at all (V(isolated)).",
            at="forward",
            codec=_Mode(),
            choices=(NAT, ISOLATED),
            apply=Apply.RESTART,
            initial=NAT,
        ),
        Field(
            "bridge",
            "Name of the bridge that the node gets for the network.",
            at="bridge/@name",
            check=names.interface,
            apply=Apply.RESTART,
            initial_doc="the next free name, such as C(virbr1)",
        ),
        Field(
            "domain",
            "DNS domain of the guests.",
            at="domain/@name",
            check=_dns_name,
            apply=Apply.RESTART,
        ),
        Field(
            "addresses",
            "Addresses of the node in the network, which guests use as their gateway.",
            at="ip",
            of=ADDRESS,
            many=True,
            apply=Apply.RESTART,
        ),
        Field(
            "autostart",
            "Whether libvirt starts the network when it starts itself.",
            type="bool",
            codec=codec.RAW,
            apply=Apply.LIVE,
        ),
        Field(
            "state",
            "What the network should be. V(present) is defined, and stays active or inactive as "
            "it is. V(inactive) and V(absent) cut off the guests that use it.",
            choices=("present", "active", "inactive", "absent"),
            default="present",
        ),
        Field(
            "remove_unmanaged",
            "Lists from which everything goes that the task does not name: V(addresses), and the "
            "V(hosts) of each address that it names.",
            type="list",
            elements="str",
            choices=("addresses", "hosts"),
        ),
    ),
)
