# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that devices are plugged into."""

from __future__ import annotations

from collections.abc import Mapping

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
    count,
    number,
    switch,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

# All that libvirt knows: what is read from a vm can be declared for another.
CONTROLLER_MODELS: Mapping[str, tuple[str, ...]] = {
    "pci": (
        *("pci-root", "pci-bridge", "pci-expander-bus", "pcie-root", "pcie-root-port"),
        *("pcie-to-pci-bridge", "pcie-switch-upstream-port", "pcie-switch-downstream-port"),
        *("pcie-expander-bus", "dmi-to-pci-bridge"),
    ),
    "scsi": (
        *("virtio-scsi", "virtio-transitional", "virtio-non-transitional", "auto", "buslogic"),
        *("lsilogic", "lsisas1068", "lsisas1078", "vmpvscsi", "ibmvscsi", "ncr53c90", "dc390"),
        *("am53c974",),
    ),
    "usb": (
        *("qemu-xhci", "nec-xhci", "ehci", "piix3-uhci", "piix4-uhci", "ich9-ehci1", "ich9-uhci1"),
        *("ich9-uhci2", "ich9-uhci3", "vt82c686b-uhci", "pci-ohci", "qusb1", "qusb2", "none"),
    ),
    "virtio-serial": VIRTIO_MODELS,
    "ide": ("piix3", "piix4", "ich6"),
}
_ANY_MODEL = tuple(dict.fromkeys(one for models in CONTROLLER_MODELS.values() for one in models))

# The options that only some kinds of controller have, by the kinds.
CONTROLLER_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "ports": ("usb", "virtio-serial"),
    "vectors": ("virtio-serial",),
    "startport": ("usb",),
    "max_grant_frames": ("xenbus",),
    "max_event_channels": ("xenbus",),
    "target": ("pci",),
    "model_name": ("pci",),
    "pcihole64": ("pci",),
}

PORT = Schema(
    name="target",
    doc="Where a PCI controller stands among the others, as the guest sees it.",
    fields=(
        number(
            "chassis_nr", "Number of the chassis of a PCI bridge.", "@chassisNr", check=names.byte
        ),
        number("chassis", "Number of the chassis of a PCIe port.", "@chassis", check=names.byte),
        number("port", "Number of a PCIe port.", "@port", check=names.byte),
        number("bus_nr", "Number of the bus behind an expander bus.", "@busNr", check=names.byte),
        number(
            "index", "Number of a host bridge of a pSeries machine.", "@index", check=names.byte
        ),
        switch("hotplug", "Whether devices can be plugged into the port.", "@hotplug"),
        number("node", "NUMA node of the guest that the bus belongs to.", "node"),
    ),
)

CONTROLLER = Schema(
    name="controller",
    doc="A controller that devices are plugged into.",
    key="name",
    # The companions of a USB 2 controller share its number.
    derive=named_by("type", "index", "startport"),
    numbered="index",
    hotplug=True,
    required_if=(
        ("state", "present", ("type",)),
        ("type", "pci", ("model",)),
    ),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "Kind of controller.",
            at="@type",
            choices=(
                *("pci", "scsi", "sata", "usb", "virtio-serial", "ide", "fdc", "ccid", "xenbus"),
                "isa",
            ),
            apply=Apply.RECREATE,
        ),
        Field(
            "index",
            "Number of the controller among those of its kind.",
            type="int",
            at="@index",
            codec=codec.INT,
            apply=Apply.RECREATE,
            initial_doc="the next free number",
        ),
        Field(
            "model",
            "Model of the controller, such as C(pcie-root-port), a port that takes one device "
            "under a running guest, or C(virtio-scsi).",
            at="@model",
            choices=_ANY_MODEL,
            apply=Apply.RESTART,
        ),
        count("ports", "Number of ports of a USB or virtio-serial controller.", "@ports"),
        number("vectors", "Interrupts that a virtio-serial controller has.", "@vectors"),
        number("max_grant_frames", "Grant frames of a Xen bus.", "@maxGrantFrames"),
        number("max_event_channels", "Event channels of a Xen bus.", "@maxEventChannels"),
        number(
            "startport",
            "First port of a USB 2 controller that this companion of it serves.",
            "master/@startport",
        ),
        count(
            "queues",
            "Number of queues of a virtio-scsi controller; one for each CPU is usual.",
            "driver/@queues",
        ),
        count(
            "cmd_per_lun",
            "Commands that the guest may have under way on a disk of a virtio-scsi controller.",
            "driver/@cmd_per_lun",
        ),
        count(
            "max_sectors",
            "Sectors of 512 bytes that a request to a virtio-scsi controller may have.",
            "driver/@max_sectors",
        ),
        switch(
            "ioeventfd",
            "Whether requests to a virtio-scsi controller are handled in a thread of their own.",
            "driver/@ioeventfd",
        ),
        count(
            "iothread",
            "Number of the I/O thread that serves a virtio-scsi controller.",
            "driver/@iothread",
        ),
        *virtio_fields(),
        Field(
            "model_name",
            "What QEMU calls a PCI controller, such as C(ioh3420).",
            at="model/@name",
            choices=(
                *("spapr-pci-host-bridge", "pci-bridge", "i82801b11-bridge", "pcie-pci-bridge"),
                *("ioh3420", "pcie-root-port", "x3130-upstream", "xio3130-downstream"),
                *("pxb", "pxb-pcie"),
            ),
            apply=Apply.RESTART,
        ),
        Field("target", PORT.doc, at="target", of=PORT, apply=Apply.RESTART),
        Field(
            "pcihole64",
            "Size of the window for large devices above 4 GiB, of the root of a PCI machine.",
            at="pcihole64",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
        ),
        name_field("controller"),
        acpi_index_field(),
        address_field(),
    ),
)
