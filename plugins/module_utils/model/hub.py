# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""USB hubs of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

HUB = Schema(
    name="hub",
    doc="A USB hub of a vm.",
    key="name",
    match={"@type": "usb"},
    derive=named_by("hub"),
    fields=(
        DEVICE_STATE,
        name_field("hub"),
        address_field("usb"),
    ),
)
