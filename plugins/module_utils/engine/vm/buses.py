# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a device of a machine is plugged into."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# Devices that are on no bus at all.
BOARD = ("lease", "redirfilter", "dimm", "nvdimm")

# Character devices, by the kinds of them that are on a bus.
_PORTS: Mapping[str, Mapping[str | None, str]] = {
    "channel": {"virtio": "virtio-serial"},
    "console": {"virtio": "virtio-serial"},
    "serial": {"usb-serial": "usb", "pci-serial": "pci"},
}
_WATCHDOGS = {"i6300esb": "pci", "diag288": "ccw"}
# Where the model of a device is told, and the models that take a port of PCI Express; the others
# take a slot of PCI.
_MODELS = {"interface": "model/@type", "controller": "@model"}
_EXPRESS = {
    "interface": ("virtio", "virtio-non-transitional", "e1000e"),
    "controller": ("virtio-scsi", "virtio-non-transitional"),
}
_NEVER_EXPRESS = ("watchdog", "shmem", "serial")


def bus_of(device: tree.Element) -> str | None:
    """What a device is plugged into: pci, another bus, or its own kind where there is no bus."""
    said = device.get("bus")
    if device.tag in ("disk", "input"):
        spot = tree.find(device, "target/@bus")
        said = spot.text if spot else said
        return "pci" if said == "virtio" else said
    if device.tag == "controller":
        # No other kind of controller can come or go under a running vm.
        return "pci" if device.get("type") == "scsi" else None
    if device.tag == "filesystem":
        # QEMU can not let go of 9p.
        spot = tree.find(device, "driver/@type")
        return "pci" if spot and spot.text == "virtiofs" else None
    if device.tag in _PORTS:
        spot = tree.find(device, "target/@type")
        return _PORTS[device.tag].get(spot.text if spot else None)
    if device.tag == "watchdog":
        return _WATCHDOGS.get(device.get("model"))
    if device.tag == "shmem":
        spot = tree.find(device, "model/@type")
        return "pci" if spot and spot.text != "ivshmem" else None
    if device.tag == "redirdev":
        return "usb"
    if device.tag == "hostdev":
        kind = device.get("type")
        if kind == "mdev" and device.get("model") != "vfio-pci":
            return None
        return "pci" if kind in ("pci", "mdev", "scsi_host") else kind
    if device.tag == "memory":
        return "pci" if str(device.get("model")).startswith("virtio") else device.get("model")
    return device.tag if device.tag in BOARD else "pci"


def is_express(device: tree.Element) -> bool:
    """Of a device on PCI: does it take a port of PCI Express, where the machine has that?"""
    if device.tag in _NEVER_EXPRESS:
        return False
    spot = tree.find(device, _MODELS.get(device.tag, "@model"))
    model = spot.text if spot else None
    if device.tag in _EXPRESS:
        return model in _EXPRESS[device.tag]
    return model != "virtio-transitional"
