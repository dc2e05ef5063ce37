# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be plugged into a running vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# Buses whose disks can come and go, besides PCI itself.
_HOTPLUG_BUSES = ("scsi", "usb")
_SLOTS_OF_PCI = 31


class Slots:
    """The room for devices in a running machine; it shrinks and grows as devices are planned."""

    def __init__(self, live: tree.Element):
        devices = live.find("devices")
        self._buses = {one.get("type") for one in devices.iterfind("controller")}
        self._free = _free(live)

    def take(self, device: tree.Element) -> bool:
        """Is there room for a device? It is taken then."""
        if not self._on_pci(device):
            return self._reaches(device)
        if self._free <= 0:
            return False
        self._free -= 1
        return True

    def leave(self, device: tree.Element) -> bool:
        """Can a device be unplugged? Its room is free then."""
        if not self._on_pci(device):
            return self._reaches(device)
        self._free += 1
        return True

    def _reaches(self, disk: tree.Element) -> bool:
        bus = _bus(disk)
        return bus in _HOTPLUG_BUSES and bus in self._buses

    @staticmethod
    def _on_pci(device: tree.Element) -> bool:
        return device.tag != "disk" or _bus(device) == "virtio"


def _bus(disk: tree.Element) -> str | None:
    spot = tree.find(disk, "target/@bus")
    return spot.text if spot else None


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
