# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be plugged into a running vm."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# Buses, besides PCI itself, whose devices can come and go as long as they have a controller.
_BUSES = ("scsi", "usb", "virtio-serial")
_SLOTS_OF_PCI = 31
# Devices that are on no bus at all.
_BOARD = ("lease", "redirfilter", "dimm", "nvdimm")

# Character devices, by the kinds of them that are on a bus.
_PORTS: Mapping[str, Mapping[str | None, str]] = {
    "channel": {"virtio": "virtio-serial"},
    "console": {"virtio": "virtio-serial"},
    "serial": {"usb-serial": "usb", "pci-serial": "pci"},
}
_WATCHDOGS = {"i6300esb": "pci", "diag288": "ccw"}


class Slots:
    """The room for devices in a running machine; it shrinks and grows as devices are planned."""

    def __init__(self, live: tree.Element):
        devices = live.find("devices")
        self._buses = {one.get("type") for one in devices.iterfind("controller")}
        self._free = _free(live)
        self._roots = any(one.get("model") == "pcie-root" for one in devices.iterfind("controller"))

    def take(self, device: tree.Element) -> bool:
        """Is there room for a device? It is taken then."""
        bus = bus_of(device)
        if bus != "pci":
            return self._reaches(bus)
        if self._free <= 0:
            return False
        self._free -= 1
        if device.tag == "controller":
            self._buses.add(device.get("type"))
        return True

    def leave(self, device: tree.Element) -> bool:
        """Can a device be unplugged? Its room is free then."""
        bus = bus_of(device)
        if bus != "pci":
            return self._reaches(bus)
        if self._roots and _is_on_root(device):
            return False
        self._free += 1
        return True

    def _reaches(self, bus: str | None) -> bool:
        return bus in _BOARD or (bus in _BUSES and bus in self._buses)


class Anywhere(Slots):
    """A vm whose devices need no slots."""

    def __init__(self) -> None:
        """There is nothing to count."""

    def take(self, device: tree.Element) -> bool:
        return True

    def leave(self, device: tree.Element) -> bool:
        return True


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
    return device.tag if device.tag in _BOARD else "pci"


def _free(live: tree.Element) -> int:
    """PCI Express takes one device a port; plain PCI has slots, and needs ACPI to use them."""
    devices = live.find("devices")
    addresses = [one for one in devices.iterfind("*/address") if one.get("type") == "pci"]
    roots = {one.get("model") for one in devices.iterfind("controller")}
    if "pcie-root" in roots:
        ports = {
            int(one.get("index"))
            for one in devices.iterfind("controller")
            if one.get("model") == "pcie-root-port"
        }
        return len(ports - {int(address.get("bus"), 16) for address in addresses})
    if live.find("features/acpi") is None:
        return 0
    return _SLOTS_OF_PCI - len({address.get("slot") for address in addresses})


def _is_on_root(device: tree.Element) -> bool:
    """Is it a part of the machine's own bus, and in no port?"""
    spot = tree.find(device, "address/@bus")
    return spot is not None and int(spot.text or "0", 0) == 0
