# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of a network interface that have options of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count, number, switch
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Schema,
    unordered,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot


class _Yes(codec.Codec):
    """A boolean that XML says, or does not say."""

    missing = False
    removes = False

    def parse(self, value: Any) -> bool:
        return codec.YES_NO.parse(value)

    def read(self, spot: Spot) -> bool:
        return spot.text == "yes"

    def write(self, spot: Spot, value: Any) -> None:
        spot.put("yes")


def _rate(name: str, doc: str) -> Field:
    return count(name, doc, f"@{name}", Apply.LIVE)


def _direction(name: str, doc: str) -> Schema:
    floor = () if name == "outbound" else (_rate("floor", "Rate that is sure, in KiB a second."),)
    return Schema(
        name=name,
        doc=doc,
        fields=(
            ITEM_STATE,
            _rate("average", "Rate that is allowed over time, in KiB a second."),
            _rate("peak", "Highest rate, in KiB a second."),
            *floor,
            _rate("burst", "How much may come at the highest rate, in KiB."),
        ),
    )


_INBOUND = _direction("inbound", "What the guest gets.")
_OUTBOUND = _direction("outbound", "What the guest sends.")
BANDWIDTH = Schema(
    name="bandwidth",
    doc="How much may come through a network interface.",
    fields=tuple(
        Field(one.name, one.doc, at=one.name, of=one, apply=Apply.LIVE)
        for one in (_INBOUND, _OUTBOUND)
    ),
)

_PARAMETER = Schema(
    name="parameter",
    doc="A value for a variable of a network filter.",
    fields=(
        plain(
            "name",
            "Name of the variable, such as V(IP).",
            "@name",
            required=True,
            check=limits.filter_variable,
            apply=Apply.LIVE,
        ),
        plain(
            "value",
            "The value.",
            "@value",
            required=True,
            check=limits.filter_value,
            apply=Apply.LIVE,
        ),
    ),
)
FILTER = Schema(
    name="filter",
    doc="The network filter of libvirt that a network interface goes through.",
    required_if=(("state", "present", ("name",)),),
    fields=(
        ITEM_STATE,
        plain(
            "name",
            "Name of the filter, such as V(clean-traffic).",
            "@filter",
            check=limits.filter_name,
            apply=Apply.LIVE,
        ),
        plain(
            "parameters",
            "Values for variables of the filter, all of them; a variable may have several.",
            "parameter",
            of=_PARAMETER,
            many=True,
            same=unordered,
            apply=Apply.LIVE,
        ),
    ),
)

_TAG = Schema(
    name="tag",
    doc="A VLAN.",
    fields=(
        plain(
            "id",
            "Number of the VLAN.",
            "@id",
            type="int",
            codec=codec.INT,
            required=True,
            check=limits.vlan,
        ),
        choice(
            "native_mode",
            "Whether packets of this VLAN that have no tag get one.",
            "@nativeMode",
            ("tagged", "untagged"),
        ),
    ),
)
VLAN = Schema(
    name="vlan",
    doc="VLANs of a network interface on Open vSwitch, or of a part of a network card.",
    required_if=(("state", "present", ("tags",)),),
    fields=(
        ITEM_STATE,
        plain(
            "trunk",
            "Whether several VLANs come through; V(true) where there are several.",
            "@trunk",
            type="bool",
            codec=_Yes(),
            apply=Apply.LIVE,
        ),
        plain("tags", "The VLANs, all of them.", "tag", of=_TAG, many=True, apply=Apply.LIVE),
    ),
)

_PORTS = "802.1Qbg"
# The options that a kind of switch has.
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "openvswitch": ("interface_id", "profile_id"),
    "midonet": ("interface_id",),
    "802.1Qbg": ("manager_id", "type_id", "type_id_version", "instance_id"),
    "802.1Qbh": ("profile_id",),
}
VIRTUAL_PORT = Schema(
    name="virtual_port",
    doc="What a switch is told of a network interface.",
    required_if=(("state", "present", ("type",)),),
    fields=(
        ITEM_STATE,
        choice(
            "type",
            "Kind of the switch.",
            "@type",
            ("openvswitch", "802.1Qbg", "802.1Qbh", "midonet"),
            apply=Apply.REPLUG,
        ),
        plain(
            "interface_id",
            "UUID of the port, for V(openvswitch) and V(midonet).",
            "parameters/@interfaceid",
            codec=codec.LOWER,
            check=names.uuid,
            apply=Apply.REPLUG,
        ),
        plain(
            "profile_id",
            "Profile of the port, for V(openvswitch) and V(802.1Qbh).",
            "parameters/@profileid",
            check=names.word,
            apply=Apply.REPLUG,
        ),
        plain(
            "manager_id",
            f"Manager of the port, for V({_PORTS}).",
            "parameters/@managerid",
            type="int",
            codec=codec.INT,
            check=names.byte,
            apply=Apply.REPLUG,
        ),
        plain(
            "type_id",
            f"Type of the port, for V({_PORTS}).",
            "parameters/@typeid",
            type="int",
            codec=codec.INT,
            check=limits.type_id,
            apply=Apply.REPLUG,
        ),
        plain(
            "type_id_version",
            f"Version of the type, for V({_PORTS}).",
            "parameters/@typeidversion",
            type="int",
            codec=codec.INT,
            check=names.byte,
            apply=Apply.REPLUG,
        ),
        plain(
            "instance_id",
            f"UUID of the instance, for V({_PORTS}).",
            "parameters/@instanceid",
            codec=codec.LOWER,
            check=names.uuid,
            apply=Apply.REPLUG,
        ),
    ),
)

_GUEST = ("csum", "tso4", "tso6", "ecn", "ufo")


def _offloads(name: str, doc: str, words: tuple[str, ...]) -> Schema:
    return Schema(
        name=name,
        doc=doc,
        fields=tuple(
            switch(word, f"Whether C({word}) is on.", f"@{word}", Apply.REPLUG) for word in words
        ),
    )


HOST_OFFLOADS = _offloads(
    "host_offloads", "What the node does for the guest.", ("gso", "mrg_rxbuf", *_GUEST)
)
GUEST_OFFLOADS = _offloads("guest_offloads", "What the guest does itself.", _GUEST)

ADDRESS_OF = (
    choice("family", "Family of the address.", "@family", ("ipv4", "ipv6"), apply=Apply.REPLUG),
    plain(
        "address",
        "The address.",
        "@address",
        required=True,
        check=names.address,
        apply=Apply.REPLUG,
    ),
    number("prefix", "Length of the prefix, in bits.", "@prefix", Apply.REPLUG, limits.prefix),
)
IP = Schema(
    name="ip",
    doc="An IP address.",
    fields=(
        *ADDRESS_OF,
        plain(
            "peer", "Address of the other end.", "@peer", check=names.address, apply=Apply.REPLUG
        ),
    ),
)
_RANGE = Schema(
    name="port_range",
    doc="Ports that are handed on.",
    fields=(
        plain(
            "start",
            "First port.",
            "@start",
            type="int",
            codec=codec.INT,
            check=names.port,
            required=True,
        ),
        plain("end", "Last port.", "@end", type="int", codec=codec.INT, check=names.port),
        plain(
            "to",
            "First port in the guest, where it is another.",
            "@to",
            type="int",
            codec=codec.INT,
            check=names.port,
        ),
        yes_no("exclude", "Whether just these are left out.", "@exclude"),
    ),
)
PORT_FORWARD = Schema(
    name="port_forward",
    doc="Ports of the node that lead into the guest.",
    fields=(
        choice("protocol", "Protocol of the ports.", "@proto", ("tcp", "udp"), required=True),
        plain("address", "Address of the node.", "@address", check=names.address),
        plain("dev", "Interface of the node.", "@dev", check=names.interface),
        plain("ranges", "The ports; all, where none are given.", "range", of=_RANGE, many=True),
    ),
)
