# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The smaller devices of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import (
    DEVICE_STATE,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot

AGENT_CHANNEL = "org.qemu.guest_agent.0"
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


def _named_by(*parts: str) -> Any:
    def derive(values: Mapping[str, Any]) -> str:
        words = [str(values[part]) for part in parts if values.get(part) is not None]
        return "-".join(words).replace(".", "-")

    return derive


CONTROLLER = Schema(
    name="controller",
    doc="A controller that devices are plugged into.",
    key="name",
    derive=_named_by("type", "index"),
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

SERIAL = Schema(
    name="serial",
    doc="A serial port of a vm.",
    key="name",
    derive=_named_by("type", "port"),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "What the port is connected to on the node; a V(pty) is what a console opens.",
            at="@type",
            choices=("pty",),
            apply=Apply.RESTART,
            initial="pty",
        ),
        Field(
            "log",
            "Absolute path of a file on the node that gets all that the guest prints.",
            at="log/@file",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "port",
            "Number of the port.",
            type="int",
            at="target/@port",
            codec=codec.INT,
            apply=Apply.RECREATE,
            initial_doc="the next free number",
        ),
        name_field("port"),
    ),
)

CHANNEL = Schema(
    name="channel",
    doc="A channel between the node and a program in the guest.",
    key="name",
    match={"target/@type": "virtio"},
    derive=_named_by("target"),
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


class _Port(codec.Codec):
    """A TCP port; libvirt writes -1 for one that it picks itself."""

    def parse(self, value: Any) -> int:
        return int(codec.INT.parse(value))

    def read(self, spot: Spot) -> int | None:
        return None if spot.text == "-1" else codec.INT.read(spot)


def _tcp_port(value: int) -> None:
    if not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a TCP port")


GRAPHICS = Schema(
    name="graphics",
    doc="A graphical console of a vm.",
    key="type",
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "Protocol of the console, of which a vm has at most one.",
            at="@type",
            choices=("vnc",),
            required=True,
            apply=Apply.RECREATE,
        ),
        Field(
            "port",
            "TCP port of the console on the node; needs O(graphics[].autoport=false).",
            type="int",
            at="@port",
            codec=_Port(),
            check=_tcp_port,
            apply=Apply.RESTART,
        ),
        Field(
            "autoport",
            "Whether libvirt picks a free port at each start.",
            type="bool",
            at="@autoport",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
            initial=True,
        ),
        Field(
            "listen",
            "Address of the node that the console listens on.",
            at="listen/@address",
            twins=("@listen",),
            check=names.address,
            apply=Apply.RESTART,
            initial="127.0.0.1",
        ),
    ),
    constant={"listen/@type": "address"},
)

RNG = Schema(
    name="rng",
    doc="A source of random numbers.",
    constant={"backend/@model": "random"},
    fields=(
        DEVICE_STATE,
        Field(
            "model",
            "Kind of device that the guest sees.",
            at="@model",
            choices=("virtio",),
            apply=Apply.RESTART,
            initial="virtio",
        ),
        Field(
            "device",
            "File of the node that the numbers come from.",
            at="backend",
            check=names.path,
            apply=Apply.RESTART,
            initial="/dev/urandom",
        ),
    ),
)
