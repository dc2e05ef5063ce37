# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices of the node that a vm has for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_network import AUTH
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hostdev_source import source_fields
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    boot_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot

# Of a machine, and of a container.
MACHINES = ("pci", "usb", "scsi", "scsi_host", "mdev")
CONTAINERS = ("storage", "misc", "net")
MDEV_MODELS = ("vfio-pci", "vfio-ccw", "vfio-ap")
MODELS = {"mdev": MDEV_MODELS, "scsi_host": VIRTIO_MODELS}


class _Type(codec.Codec):
    """The type of a host device, which tells its mode."""

    def write(self, spot: Spot, value: Any) -> None:
        spot.element.set("mode", "capabilities" if value in CONTAINERS else "subsystem")
        spot.put(value)


HOSTDEV = Schema(
    name="hostdev",
    doc="A device of the node that a vm has for itself. It was checked against libvirt's grammar "
    "and its rules, and not with the hardware itself.",
    key="name",
    derive=named_by("type", "pci_address", "adapter", "vendor", "product", "wwpn", "uuid", "path"),
    adopt=("pci_address", "uuid", "wwpn"),
    hotplug=True,
    required_if=(
        ("state", "present", ("type",)),
        ("type", "pci", ("pci_address",)),
        ("type", "mdev", ("uuid", "model")),
        ("type", "scsi_host", ("wwpn",)),
        ("type", "storage", ("path",)),
        ("type", "misc", ("path",)),
        ("type", "net", ("interface",)),
    ),
    mutually_exclusive=(("adapter", "iqn"),),
    fields=(
        DEVICE_STATE,
        choice(
            "type",
            "Kind of device: one on the node's bus V(pci) or V(usb), a disk or another unit on a "
            "SCSI host of the node or at an iSCSI server (V(scsi)), a SCSI target of the node's "
            "kernel (V(scsi_host)), or a part of a device that its driver hands out (V(mdev)). A "
            "container has block devices (V(storage)), character devices (V(misc)) and network "
            "interfaces (V(net)).",
            "@type",
            (*MACHINES, *CONTAINERS),
            codec=_Type(),
            apply=Apply.RECREATE,
        ),
        yes_no(
            "managed",
            "Whether libvirt takes the device from the node's own driver when the vm starts, and "
            "gives it back when the vm stops.",
            dict.fromkeys(MACHINES, "@managed"),
            by="type",
            apply=Apply.REPLUG,
            initial_doc="V(true) for V(pci)",
        ),
        choice(
            "sgio",
            "Whether the kernel lets only harmless commands through to a SCSI unit "
            "(V(filtered)); newer kernels do not know it any more.",
            {"scsi": "@sgio"},
            ("filtered", "unfiltered"),
            by="type",
        ),
        yes_no(
            "raw_io",
            "Whether the vm gets the right to send any command to a SCSI unit.",
            {"scsi": "@rawio"},
            by="type",
        ),
        choice(
            "model",
            "What the guest sees: V(vfio-pci), V(vfio-ccw) or V(vfio-ap) for the type V(mdev), and "
            "the virtio models for V(scsi_host).",
            dict.fromkeys(MODELS, "@model"),
            (*MDEV_MODELS, *VIRTIO_MODELS),
            by="type",
            apply=Apply.REPLUG,
        ),
        plain(
            "display",
            "Whether the graphical consoles of the vm show the device, for V(mdev).",
            {"mdev": "@display"},
            by="type",
            type="bool",
            codec=codec.ON_OFF,
        ),
        plain(
            "ramfb",
            "Whether the device shows a picture before its driver in the guest is loaded, for "
            "V(mdev); it needs O(hostdevs[].display).",
            {"mdev": "@ramfb"},
            by="type",
            type="bool",
            codec=codec.ON_OFF,
        ),
        choice(
            "driver",
            "What hands a PCI device to the vm.",
            {"pci": "driver/@name"},
            ("vfio", "kvm", "xen"),
            by="type",
            apply=Apply.REPLUG,
        ),
        *source_fields(AUTH),
        Field(
            "readonly",
            "Whether the guest can only read from the device.",
            type="bool",
            at="readonly",
            codec=codec.PRESENCE,
            only={"type": ("scsi",)},
            apply=Apply.REPLUG,
        ),
        Field(
            "shareable",
            "Whether several vms may have the device at once.",
            type="bool",
            at="shareable",
            codec=codec.PRESENCE,
            only={"type": ("scsi",)},
            apply=Apply.REPLUG,
        ),
        *(replace(one, apply=Apply.REPLUG) for one in boot_fields("device")),
        name_field("device"),
        replace(acpi_index_field(), apply=Apply.REPLUG),
        address_field(),
        yes_no(
            "rom_enabled",
            "Whether the guest sees the device's own boot program at all.",
            "rom/@enabled",
            apply=Apply.REPLUG,
        ),
        plain(
            "rom_bar",
            "Whether the device's own boot program is seen where the device keeps it.",
            "rom/@bar",
            type="bool",
            codec=codec.ON_OFF,
            apply=Apply.REPLUG,
        ),
        plain(
            "rom_file",
            "Path of a file of the node that takes the place of the device's own boot program.",
            "rom/@file",
            check=names.path,
            apply=Apply.REPLUG,
        ),
    ),
)
