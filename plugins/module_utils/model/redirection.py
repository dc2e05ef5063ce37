# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""USB devices of whoever looks at the console of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import boot_fields
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.usb import (
    USB_CLASS,
    USB_ID,
    USB_VERSION,
)

REDIRDEV = Schema(
    name="redirdev",
    doc="A port for a USB device of whoever is connected to the vm.",
    key="name",
    derive=named_by("type"),
    match={"@bus": "usb"},
    hotplug=True,
    fields=(
        DEVICE_STATE,
        *chardev(initial="spicevmc", labelled=False),
        *boot_fields("device"),
        name_field("port"),
        address_field(),
    ),
)

REDIR_RULE = Schema(
    name="redir_rule",
    doc="A rule on USB devices; the first that fits decides, and what it leaves out fits all.",
    fields=(
        plain("class", "Class of devices, such as V(0x08).", "@class", codec=USB_CLASS),
        plain("vendor", "Vendor, such as V(0x1234).", "@vendor", codec=USB_ID),
        plain("product", "Product, such as V(0xbeef).", "@product", codec=USB_ID),
        plain("version", "Version, such as V(2.56).", "@version", codec=USB_VERSION),
        yes_no("allow", "Whether such a device may be redirected.", "@allow", required=True),
    ),
)
