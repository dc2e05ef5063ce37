# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that devices are plugged into."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    name_field,
    named_by,
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
    "virtio-serial": ("virtio", "virtio-transitional", "virtio-non-transitional"),
}
_ANY_MODEL = tuple(dict.fromkeys(one for models in CONTROLLER_MODELS.values() for one in models))


CONTROLLER = Schema(
    name="controller",
    doc="A controller that devices are plugged into.",
    key="name",
    derive=named_by("type", "index"),
    required_if=(("type", "pci", ("model",)),),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "Kind of controller.",
            at="@type",
            choices=("pci", "scsi", "sata", "usb", "virtio-serial", "ide"),
            required=True,
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
        name_field("controller"),
    ),
)
