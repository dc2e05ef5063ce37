# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network interfaces of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import RECONNECT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic_parts import (
    BANDWIDTH,
    FILTER,
    GUEST_OFFLOADS,
    HOST_OFFLOADS,
    IP,
    PORT_FORWARD,
    VIRTUAL_PORT,
    VLAN,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    boot_fields,
    count,
    number,
    switch,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import HostPci
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    said,
)


def named_by_mac(values: Mapping[str, Any]) -> str:
    """The name of an interface that was not made here."""
    return str(values.get("mac")).replace(":", "-")


# The types by the option that tells one.
PLUGS: Mapping[str, str] = {
    "network": "network",
    "bridge": "bridge",
    "dev": "direct",
    "socket": "vhostuser",
    "host_device": "hostdev",
}
_TO = ("mcast", "client", "server", "udp")
_MODELS = (
    *("virtio", "virtio-transitional", "virtio-non-transitional", "e1000", "e1000e", "rtl8139"),
    *("netfront", "usb-net", "spapr-vlan", "lan9118", "scm91c111", "vlance", "vmxnet", "vmxnet2"),
    *("vmxnet3", "Am79C970A", "Am79C973", "82540EM", "82545EM", "82543GC", "pcnet", "ne2k_pci"),
)


def _part(name: str, of: Schema, at: str) -> Field:
    return plain(name, of.doc, at, of=of, apply=Apply.LIVE)


def _queue_size(name: str, way: str) -> Field:
    return number(
        f"{name}_queue_size",
        f"Packets that fit into a queue {way} of a virtio interface, a power of two from V(256) to "
        "V(1024).",
        f"driver/@{name}_queue_size",
        Apply.REPLUG,
        limits.packets,
    )


NIC = Schema(
    name="nic",
    doc="A network interface of a vm.",
    key="name",
    adopt=("mac",),
    derive=named_by_mac,
    hotplug=True,
    mutually_exclusive=(tuple(PLUGS),),
    fields=(
        DEVICE_STATE,
        choice(
            "type",
            "What the interface is plugged into. V(user) needs no rights on the node, "
            "V(mcast), V(client), V(server) and V(udp) connect vms alone, and V(ethernet) leaves "
            "it to a script or to whoever makes the interface of the node.",
            "@type",
            (
                *("network", "bridge", "direct", "user", "ethernet", "vhostuser", "hostdev"),
                *("vdpa", "internal", "mcast", "client", "server", "udp", "null"),
            ),
            owner=Owner.FILLED,
            apply=Apply.LIVE,
            initial_doc="found from the other options, and V(network) without any",
        ),
        plain(
            "mac",
            "MAC address of the interface.",
            "mac/@address",
            codec=codec.LOWER,
            owner=Owner.FILLED,
            check=names.mac,
            apply=Apply.REPLUG,
            initial_doc="an address made from the names of the node, the vm and the interface, "
            "so that it is the same each time",
        ),
        plain(
            "network",
            "Network of libvirt that the interface is plugged into.",
            {"network": "source/@network"},
            by="type",
            check=names.name,
            apply=Apply.LIVE,
        ),
        plain(
            "port_group",
            "Group of ports of the network.",
            {"network": "source/@portgroup"},
            by="type",
            check=names.interface,
            apply=Apply.REPLUG,
        ),
        plain(
            "bridge",
            "Bridge of the node that the interface is plugged into.",
            {"bridge": "source/@bridge"},
            by="type",
            check=names.interface,
            apply=Apply.LIVE,
        ),
        plain(
            "dev",
            "Interface of the node that the vm shares, for the types V(direct) (macvtap) and "
            "V(user), or device of V(vdpa).",
            dict.fromkeys(("direct", "user", "vdpa"), "source/@dev"),
            by="type",
            check=names.interface,
            apply=Apply.REPLUG,
        ),
        choice(
            "mode",
            "How vms on the same interface of the node reach each other, for V(direct).",
            {"direct": "source/@mode"},
            ("vepa", "bridge", "private", "passthrough"),
            by="type",
            apply=Apply.REPLUG,
        ),
        plain(
            "socket",
            "Absolute path of the socket of a switch, for V(vhostuser).",
            {"vhostuser": "source/@path"},
            by="type",
            codec=codec.Beside({"type": "unix"}),
            check=names.path,
            apply=Apply.REPLUG,
        ),
        choice(
            "socket_mode",
            "Whether the vm makes the socket (V(server)) or connects to it, for V(vhostuser).",
            {"vhostuser": "source/@mode"},
            ("client", "server"),
            by="type",
            apply=Apply.REPLUG,
        ),
        plain(
            "reconnect",
            RECONNECT.doc,
            {"vhostuser": "source/reconnect"},
            by="type",
            of=RECONNECT,
            apply=Apply.REPLUG,
        ),
        plain(
            "internal",
            "Name of the interface, for V(internal).",
            {"internal": "source/@name"},
            by="type",
            check=names.interface,
        ),
        plain(
            "peer_address",
            "Address that vms meet at, for V(mcast), V(client), V(server) and V(udp).",
            dict.fromkeys(_TO, "source/@address"),
            by="type",
            check=limits.ipv4,
            apply=Apply.REPLUG,
        ),
        plain(
            "peer_port",
            "Port of O(nics[].peer_address).",
            dict.fromkeys(_TO, "source/@port"),
            by="type",
            type="int",
            codec=codec.INT,
            check=names.port,
            apply=Apply.REPLUG,
        ),
        plain(
            "local_address",
            "Address of this end, for V(udp).",
            {"udp": "source/local/@address"},
            by="type",
            check=limits.ipv4,
            apply=Apply.REPLUG,
        ),
        plain(
            "local_port",
            "Port of this end, for V(udp).",
            {"udp": "source/local/@port"},
            by="type",
            type="int",
            codec=codec.INT,
            check=names.port,
            apply=Apply.REPLUG,
        ),
        plain(
            "host_device",
            "PCI address of a network card of the node, for V(hostdev).",
            {"hostdev": "source/address"},
            by="type",
            codec=HostPci("pci"),
            apply=Apply.REPLUG,
        ),
        yes_no(
            "managed",
            "Whether libvirt takes the card from the node and gives it back, for V(hostdev).",
            {"hostdev": "@managed"},
            by="type",
            absent=False,
            apply=Apply.REPLUG,
        ),
        _part("vlan", VLAN, "vlan"),
        _part("virtual_port", VIRTUAL_PORT, "virtualport"),
        yes_no(
            "trust_guest_rx_filters",
            "Whether the node follows what the guest says of its MAC addresses.",
            "@trustGuestRxFilters",
            apply=Apply.REPLUG,
        ),
        plain("ips", IP.doc, "ip", of=IP, many=True, same=said, apply=Apply.REPLUG),
        plain(
            "port_forwards",
            "Ports of the node that lead into the guest, for V(user) with the backend V(passt).",
            "portForward",
            of=PORT_FORWARD,
            many=True,
            same=said,
        ),
        plain("script", "Script that sets the interface up.", "script/@path", check=names.path),
        plain("down_script", "Script that takes it down.", "downscript/@path", check=names.path),
        plain(
            "target",
            "Name of the interface on the node, not with C(vnet) in front.",
            "target/@dev",
            owner=Owner.FILLED,
            check=names.interface,
            apply=Apply.REPLUG,
            initial_doc="the next free name, such as C(vnet3)",
        ),
        yes_no(
            "target_managed",
            "Whether libvirt makes the interface on the node, for V(ethernet).",
            "target/@managed",
            apply=Apply.REPLUG,
        ),
        choice(
            "model",
            "Kind of network card that the guest sees.",
            "model/@type",
            _MODELS,
            apply=Apply.REPLUG,
            initial="virtio",
        ),
        choice(
            "backend",
            "What connects an interface of the type V(user).",
            "backend/@type",
            ("passt",),
        ),
        plain("backend_tap", "Device for V(tap).", "backend/@tap", check=names.path),
        plain("backend_vhost", "Device for V(vhost).", "backend/@vhost", check=names.path),
        plain("backend_log", "Log of the backend.", "backend/@logFile", check=names.path),
        choice(
            "driver",
            "Whether the kernel (V(vhost)) or QEMU moves the packets.",
            "driver/@name",
            ("vhost", "qemu"),
            apply=Apply.REPLUG,
        ),
        replace(count("queues", "Number of queues.", "driver/@queues", Apply.REPLUG), absent=1),
        _queue_size("rx", "in"),
        _queue_size("tx", "out"),
        choice(
            "tx_mode",
            "How packets are sent.",
            "driver/@txmode",
            ("iothread", "timer"),
            apply=Apply.REPLUG,
        ),
        switch("io_eventfd", "Whether requests have a thread of their own.", "driver/@ioeventfd"),
        switch("event_idx", "Whether fewer interrupts are made.", "driver/@event_idx"),
        switch("rss", "Whether packets are spread over the queues by their sender.", "driver/@rss"),
        switch("rss_hash_report", "Whether the guest is told the hash.", "driver/@rss_hash_report"),
        *virtio_fields(),
        plain("host_offloads", HOST_OFFLOADS.doc, "driver/host", of=HOST_OFFLOADS),
        plain("guest_offloads", GUEST_OFFLOADS.doc, "driver/guest", of=GUEST_OFFLOADS),
        _part("filter", FILTER, "filterref"),
        _part("bandwidth", BANDWIDTH, "bandwidth"),
        yes_no(
            "isolated",
            "Whether the interface reaches no other isolated one of its bridge.",
            "port/@isolated",
            apply=Apply.LIVE,
        ),
        choice(
            "link",
            "Whether the cable is plugged in.",
            "link/@state",
            ("up", "down"),
            absent="up",
            apply=Apply.LIVE,
        ),
        count("mtu", "Largest packet of the interface, in bytes.", "mtu/@size", Apply.REPLUG),
        number(
            "coalesce_rx_frames",
            "Most packets that come to the guest at once.",
            "coalesce/rx/frames/@max",
            Apply.LIVE,
        ),
        choice(
            "teaming",
            "Part in a pair of interfaces, of which one stays when the vm moves.",
            "teaming/@type",
            ("persistent", "transient"),
        ),
        plain(
            "teaming_persistent",
            "Alias of the interface that stays, with C(ua-) in front, for V(transient).",
            "teaming/@persistent",
            check=limits.alias,
        ),
        *boot_fields("interface"),
        switch("rom_bar", "Whether the guest sees the ROM of the card.", "rom/@bar"),
        plain("rom_file", "File with the ROM.", "rom/@file", check=names.path),
        yes_no("rom_enabled", "Whether there is a ROM at all.", "rom/@enabled"),
        name_field("interface"),
        acpi_index_field(),
        address_field(),
    ),
)
