# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which device of the node a vm has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.limits import Within
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import HostPci
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.usb import USB_ID

_ISCSI_HOST = Schema(
    name="iscsi_host",
    doc="An iSCSI server.",
    fields=(
        plain("name", "Name or address of the server.", "@name", required=True, check=names.host),
        count("port", "Port of the server.", "@port"),
    ),
)


class _Iqn(codec.Beside):
    """A unit at an iSCSI server, whose number libvirt adds where it is missing."""

    def parse(self, value: Any) -> str:
        text = str(super().parse(value))
        return text if "/" in text else f"{text}/0"


def _of(types: str | Sequence[str], place: str, name: str, doc: str, **more: Any) -> Field:
    """An option of the source of some types of devices."""
    kinds = [types] if isinstance(types, str) else types
    at: Mapping[str, str] = dict.fromkeys(kinds, f"source{place}")
    return plain(name, doc, at, **{"by": "type", "apply": Apply.REPLUG, **more})


def _number(
    types: str | Sequence[str], place: str, name: str, doc: str, most: int, what: str
) -> Field:
    return _of(types, place, name, doc, type="int", codec=codec.INT, check=Within(0, most, what))


def source_fields(auth: Schema) -> tuple[Field, ...]:
    """What tells a device of the node from the others; ``auth`` logs in to an iSCSI server."""
    return (
        choice(
            "startup_policy",
            "What happens when the device is missing: the vm does not start (V(mandatory)), "
            "goes on without it where it came from another node (V(requisite)), or starts without "
            "it (V(optional)). For V(pci) and V(usb).",
            dict.fromkeys(("pci", "usb"), "source/@startupPolicy"),
            ("mandatory", "requisite", "optional"),
            by="type",
        ),
        yes_no(
            "write_filtering",
            "Whether writes to the configuration of a PCI device are filtered, on Xen.",
            {"pci": "source/@writeFiltering"},
            by="type",
        ),
        choice(
            "guest_reset",
            "Whether the guest may reset a USB device: V(on), V(off), or only as long as nobody "
            "has set it up (V(uninitialized)).",
            {"usb": "source/@guestReset"},
            ("on", "off", "uninitialized"),
            by="type",
            apply=Apply.REPLUG,
        ),
        _of(
            "pci",
            "/address",
            "pci_address",
            "Place of a PCI device on the node, such as C(0000:03:00.0), as C(lspci -D) writes it.",
            codec=HostPci(),
        ),
        _of(
            "usb",
            "/vendor/@id",
            "vendor",
            "Vendor of a USB device, such as V(0x1234), as C(lsusb) writes it behind C(0x).",
            codec=USB_ID,
        ),
        _of(
            "usb",
            "/product/@id",
            "product",
            "Product of a USB device, such as V(0xbeef).",
            codec=USB_ID,
        ),
        _of(
            "scsi",
            "/adapter/@name",
            "adapter",
            "SCSI host of the node that a unit is on, such as V(scsi_host0).",
        ),
        _number(
            ("usb", "scsi"),
            "/address/@bus",
            "bus",
            "Bus of the node that a USB device or a SCSI unit is on.",
            99,
            "bus",
        ),
        _number(
            "usb",
            "/address/@device",
            "device",
            "Number of a USB device on its bus. It changes whenever the device is plugged, so "
            "O(hostdevs[].vendor) and O(hostdevs[].product) are the better way to name it.",
            127,
            "device of USB",
        ),
        _number("scsi", "/address/@target", "target", "Target of a SCSI unit.", 2**31, "target"),
        _number("scsi", "/address/@unit", "unit", "Number of a SCSI unit.", 2**63, "unit"),
        _of(
            "scsi",
            "/@name",
            "iqn",
            "Name of a unit at an iSCSI server, such as V(iqn.2013-07.com.example:disks/1); "
            "without a number it is the unit 0.",
            codec=_Iqn({"protocol": "iscsi"}),
        ),
        Field(
            "hosts",
            "Servers of a unit at an iSCSI server.",
            at="source/host",
            of=_ISCSI_HOST,
            many=True,
            apply=Apply.REPLUG,
        ),
        plain("auth", auth.doc, {"scsi": "source/auth"}, by="type", of=auth, apply=Apply.REPLUG),
        _of(
            "scsi",
            "/initiator/iqn/@name",
            "initiator",
            "Name of the node towards an iSCSI server.",
        ),
        _of(
            "scsi_host",
            "/@wwpn",
            "wwpn",
            "World-wide name of a SCSI target of the node's kernel, such as "
            "V(naa.5001405df3e54061).",
            codec=codec.Beside({"protocol": "vhost"}),
            check=names.naa,
        ),
        _of(
            "mdev",
            "/address/@uuid",
            "uuid",
            "UUID of the part of a device.",
            codec=codec.LOWER,
            check=names.uuid,
        ),
        plain(
            "path",
            "Path of a device of the node, for V(storage) and V(misc).",
            {"storage": "source/block", "misc": "source/char"},
            by="type",
            check=names.path,
            apply=Apply.REPLUG,
        ),
        _of(
            "net",
            "/interface",
            "interface",
            "Network interface of the node that goes into the container.",
            check=names.interface,
        ),
    )
