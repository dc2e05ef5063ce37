# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keyboards, mice and tablets of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

INPUT = Schema(
    name="input",
    doc="A keyboard, a mouse or a tablet of a vm.",
    key="name",
    derive=named_by("type", "bus"),
    hotplug=True,
    required_if=(
        ("state", "present", ("type",)),
        ("type", "passthrough", ("path",)),
        ("type", "evdev", ("path",)),
    ),
    fields=(
        DEVICE_STATE,
        choice(
            "type",
            "Kind of device. V(passthrough) gives the guest a device of the node, and V(evdev) "
            "mixes what such a device does into the guest's own.",
            "@type",
            ("mouse", "tablet", "keyboard", "passthrough", "evdev"),
            apply=Apply.RECREATE,
        ),
        choice(
            "bus",
            "What the guest finds the device on. A device on V(usb) or V(virtio) can be plugged "
            "into a running vm. libvirt gives each x86 machine a mouse and a keyboard on V(ps2).",
            "@bus",
            ("ps2", "usb", "virtio", "xen"),
            apply=Apply.RECREATE,
        ),
        choice(
            "model",
            "Model of a virtio device.",
            "@model",
            VIRTIO_MODELS,
            apply=Apply.REPLUG,
        ),
        *virtio_fields(),
        Field(
            "path",
            "Device of the node, such as C(/dev/input/event1), for V(passthrough) and V(evdev).",
            at={"passthrough": "source/@evdev", "evdev": "source/@dev"},
            by="type",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "grab",
            "V(all) takes all devices of the node together to the guest and back, for V(evdev).",
            at={"evdev": "source/@grab"},
            by="type",
            choices=("all",),
            apply=Apply.RESTART,
        ),
        Field(
            "grab_toggle",
            "Keys that take the devices to the guest and back, for V(evdev).",
            at={"evdev": "source/@grabToggle"},
            by="type",
            choices=(
                *("ctrl-ctrl", "alt-alt", "shift-shift", "meta-meta", "scrolllock"),
                "ctrl-scrolllock",
            ),
            apply=Apply.RESTART,
        ),
        Field(
            "repeat",
            "Whether keys that are held repeat, for V(evdev).",
            type="bool",
            at={"evdev": "source/@repeat"},
            by="type",
            codec=codec.ON_OFF,
            apply=Apply.RESTART,
        ),
        name_field("device"),
        acpi_index_field(),
        address_field(),
    ),
)
