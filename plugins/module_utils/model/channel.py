# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Channels to programs in a guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

AGENT_CHANNEL = "org.qemu.guest_agent.0"
_SPICE_CHANNEL = "com.redhat.spice.0"
_CHANNELS = {"spicevmc": _SPICE_CHANNEL, "qemu-vdagent": _SPICE_CHANNEL}


def channel_of(kind: str) -> str:
    """The name that a program in the guest looks for, by the type of the channel."""
    return _CHANNELS.get(kind, AGENT_CHANNEL)


CHANNEL = Schema(
    name="channel",
    doc="A channel between the node and a program in the guest.",
    key="name",
    derive=named_by("target", "guest_address", "guest_port"),
    hotplug=True,
    fields=(
        DEVICE_STATE,
        *chardev(initial="unix"),
        choice(
            "target_type",
            "Kind of channel. V(virtio) has a name, and can be plugged into a running vm; "
            "V(guestfwd) is an address and a port of the guest's network of the type V(user).",
            "target/@type",
            ("virtio", "guestfwd", "xen"),
            apply=Apply.RECREATE,
            initial="virtio",
        ),
        plain(
            "target",
            f"Name of the channel in the guest; the guest agent listens on C({AGENT_CHANNEL}).",
            {"virtio": "target/@name", "xen": "target/@name"},
            by="target_type",
            apply=Apply.REPLUG,
            initial_doc="the name that programs for the type of the channel look for, and else "
            "that of the guest agent",
        ),
        plain(
            "guest_address",
            "Address that the guest connects to, for V(guestfwd).",
            {"guestfwd": "target/@address"},
            by="target_type",
            check=names.address,
        ),
        plain(
            "guest_port",
            "Port that the guest connects to, for V(guestfwd).",
            {"guestfwd": "target/@port"},
            by="target_type",
            type="int",
            codec=codec.INT,
            check=names.port,
        ),
        name_field("channel"),
        address_field("virtio-serial"),
    ),
)
