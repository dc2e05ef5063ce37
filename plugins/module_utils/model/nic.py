# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Network interfaces of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)


def named_by_mac(values: Mapping[str, Any]) -> str:
    """The name of an interface that was not made here."""
    return str(values.get("mac")).replace(":", "-")


NIC = Schema(
    name="nic",
    doc="A network interface of a vm.",
    key="name",
    adopt=("mac",),
    derive=named_by_mac,
    hotplug=True,
    mutually_exclusive=(("network", "bridge"),),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "What the interface is plugged into, found from the other options.",
            at="@type",
            owner=Owner.FILLED,
            apply=Apply.LIVE,
            sample="network",
        ),
        Field(
            "mac",
            "MAC address of the interface.",
            at="mac/@address",
            codec=codec.LOWER,
            owner=Owner.FILLED,
            check=names.mac,
            apply=Apply.REPLUG,
            initial_doc="an address made from the names of the node, the vm and the interface, "
            "so that it is the same each time",
        ),
        Field(
            "network",
            "Network of libvirt that the interface is plugged into.",
            at={"network": "source/@network"},
            by="type",
            check=names.name,
            apply=Apply.LIVE,
        ),
        Field(
            "bridge",
            "Bridge of the node that the interface is plugged into.",
            at={"bridge": "source/@bridge"},
            by="type",
            check=names.interface,
            apply=Apply.LIVE,
        ),
        Field(
            "model",
            "Kind of network card that the guest sees.",
            at="model/@type",
            choices=("virtio", "e1000", "e1000e", "rtl8139"),
            apply=Apply.REPLUG,
            initial="virtio",
        ),
        Field(
            "link",
            "Whether the cable is plugged in.",
            at="link/@state",
            choices=("up", "down"),
            absent="up",
            apply=Apply.LIVE,
        ),
        Field(
            "mtu",
            "Largest packet of the interface, in bytes.",
            type="int",
            at="mtu/@size",
            codec=codec.INT,
            apply=Apply.REPLUG,
        ),
        Field(
            "boot_order",
            "Place of the interface among the devices that the firmware tries to boot from, "
            "from 1.",
            type="int",
            at="boot/@order",
            codec=codec.INT,
            apply=Apply.RESTART,
        ),
        name_field("interface"),
    ),
)
