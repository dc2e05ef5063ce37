# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Channels to programs in a guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

AGENT_CHANNEL = "org.qemu.guest_agent.0"

CHANNEL = Schema(
    name="channel",
    doc="A channel between the node and a program in the guest.",
    key="name",
    match={"target/@type": "virtio"},
    derive=named_by("target"),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "What the channel is connected to on the node.",
            at="@type",
            choices=("unix",),
            apply=Apply.RESTART,
            initial="unix",
        ),
        Field(
            "target",
            f"Name of the channel in the guest; the guest agent listens on C({AGENT_CHANNEL}).",
            at="target/@name",
            apply=Apply.RESTART,
            initial=AGENT_CHANNEL,
        ),
        name_field("channel"),
    ),
)
