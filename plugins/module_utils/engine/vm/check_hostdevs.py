# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a device of the node needs, and what one of its type does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hostdev import MODELS

_SCSI = ("adapter", "bus", "target", "unit")
_USB_NAME = ("vendor", "product")
_USB_PLACE = ("bus", "device")
_ISCSI = ("iqn", "hosts", "auth", "initiator")
# libvirt has no other way.
_NO_BOOT = ("mdev", "scsi_host")


def check_hostdev(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Complaints about a host device, each with its option."""
    kind = values.get("type")
    if kind is None:
        return
    model, models = values.get("model"), MODELS.get(kind)
    if models and model is not None and model not in models:
        yield "model", f"a device of the type {kind} has one of: {', '.join(models)}"
    if values.get("boot_order") and kind in _NO_BOOT:
        yield "boot_order", f"nothing boots from a device of the type {kind}"
    if values.get("ramfb") and not values.get("display"):
        yield "ramfb", "it needs display: true"
    yield from _usb(values) if kind == "usb" else ()
    yield from _scsi(values)


def _usb(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for pair in (_USB_NAME, _USB_PLACE):
        given = [option for option in pair if option in values]
        if len(given) == 1:
            (missing,) = set(pair) - set(given)
            yield missing, f"a USB device with {given[0]} needs it as well"
    if not any(option in values for option in (*_USB_NAME, *_USB_PLACE)):
        yield "vendor", "a USB device needs vendor and product, or bus and device"


def _scsi(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if values.get("type") != "scsi":
        if values.get("hosts"):
            yield "hosts", "they are for units at an iSCSI server, of the type scsi"
        return
    if "iqn" not in values:
        for option in _SCSI:
            if option not in values:
                yield option, "a unit on a SCSI host of the node needs it"
        for option in _ISCSI:
            if values.get(option):
                yield option, "it is for a unit at an iSCSI server: say its iqn"
        return
    if not values.get("hosts"):
        yield "hosts", "a unit at an iSCSI server needs the server"
    for option in _SCSI:
        if option in values:
            yield option, "a unit at an iSCSI server has none: leave it out"
