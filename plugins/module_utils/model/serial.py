# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serial and parallel ports of a vm."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    number,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Owner,
    Schema,
    never,
)

SERIAL = Schema(
    name="serial",
    doc="A serial port of a vm.",
    key="name",
    derive=named_by("type", "port"),
    hotplug=True,
    fields=(
        DEVICE_STATE,
        *chardev(initial="pty"),
        choice(
            "target_type",
            "Kind of port that the guest sees; V(usb-serial) and V(pci-serial) can be plugged into "
            "a running vm.",
            "target/@type",
            (
                *("isa-serial", "usb-serial", "pci-serial", "spapr-vio-serial", "system-serial"),
                *("sclp-serial", "isa-debug"),
            ),
            owner=Owner.FILLED,
            initial_doc="the kind that fits the machine",
        ),
        choice(
            "model",
            "Model of the port.",
            "target/model/@name",
            (
                *("isa-serial", "usb-serial", "pci-serial", "spapr-vty", "pl011", "16550a"),
                *("sclpconsole", "sclplmconsole", "isa-debugcon"),
            ),
            owner=Owner.FILLED,
            initial_doc="the one that fits the kind",
        ),
        number(
            "port",
            "Number of the port.",
            "target/@port",
            apply=Apply.RECREATE,
        ),
        name_field("port"),
        acpi_index_field(),
        address_field(),
    ),
)

PARALLEL = Schema(
    name="parallel",
    doc="A parallel port of a vm.",
    key="name",
    derive=named_by("type", "port"),
    fields=(
        DEVICE_STATE,
        *chardev(initial="null"),
        number("port", "Number of the port.", "target/@port", apply=Apply.RECREATE),
        name_field("port"),
        acpi_index_field(),
        address_field(),
    ),
)

CONSOLE = Schema(
    name="console",
    doc="A console of a vm.",
    key="name",
    derive=named_by("target_type", "port"),
    hotplug=True,
    fields=(
        DEVICE_STATE,
        *chardev(initial="pty"),
        choice(
            "target_type",
            "Kind of console that the guest sees. V(serial) is the first of O(serials) once "
            "more, which libvirt writes by itself; V(virtio) is one that a guest with its driver "
            "finds as C(/dev/hvc0).",
            "target/@type",
            ("serial", "virtio", "sclp", "sclplm", "xen", "lxc", "uml", "openvz"),
            apply=Apply.RECREATE,
            initial="virtio",
        ),
        replace(
            number(
                "port",
                "Number of the console. libvirt counts them in their order whatever is said.",
                "target/@port",
            ),
            same=never,
        ),
        name_field("console"),
        acpi_index_field(),
        address_field(),
    ),
)
