# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be plugged into a running vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.buses import (
    BOARD,
    bus_of,
    is_express,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# Buses, besides PCI itself, whose devices can come and go as long as they have a controller.
_BUSES = ("scsi", "usb", "virtio-serial")
# Bridges to slots of PCI that a running machine can use, and how many slots each has.
_BRIDGES = ("pcie-to-pci-bridge", "pci-bridge")
_SLOTS_OF_PCI = 31
# Interfaces that libvirt plugs in at a start alone.
_NEVER_PLUGGED = ("internal", "mcast", "udp", "client", "server")


class Slots:
    """The room for devices in a running machine; it shrinks and grows as devices are planned."""

    def __init__(self, live: tree.Element):
        devices = live.find("devices")
        self._buses = {one.get("type") for one in devices.iterfind("controller")}
        self._roots = any(one.get("model") == "pcie-root" for one in devices.iterfind("controller"))
        self._free = {"pcie": _ports(live), "pci": _slots(live, self._roots)}
        access = live.find("memoryBacking/access")
        self._shares = access is not None and access.get("mode") == "shared"

    def take(self, device: tree.Element) -> bool:
        """Is there room for a device? It is taken then."""
        if device.tag == "interface" and device.get("type") in _NEVER_PLUGGED:
            return False
        if _reads_memory(device) and not self._shares:
            return False
        bus = bus_of(device)
        if bus != "pci":
            return self._reaches(bus)
        lane = self._lane(device)
        if self._free[lane] <= 0:
            return False
        self._free[lane] -= 1
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
        self._free[self._lane(device)] += 1
        return True

    def _lane(self, device: tree.Element) -> str:
        """Some devices fit no port of PCI Express; without that, all take slots."""
        return "pcie" if self._roots and is_express(device) else "pci"

    def _reaches(self, bus: str | None) -> bool:
        return bus in BOARD or (bus in _BUSES and bus in self._buses)


class Anywhere(Slots):
    """A vm whose devices need no slots."""

    def __init__(self) -> None:
        """There is nothing to count."""

    def take(self, device: tree.Element) -> bool:
        return True

    def leave(self, device: tree.Element) -> bool:
        return True


def _reads_memory(device: tree.Element) -> bool:
    """Is the other end of a device a program that reads the memory of the vm, which is so from its
    start or never?"""
    if device.tag == "filesystem":
        driver = device.find("driver")
        return driver is not None and driver.get("type") == "virtiofs"
    return device.get("type") in ("vhostuser", "vhostvdpa")


def _ports(live: tree.Element) -> int:
    """Free ports of PCI Express; each takes one device."""
    return len(_indexes(live, ("pcie-root-port",)) - {bus for bus, _slot in _addresses(live)})


def _slots(live: tree.Element, express: bool) -> int:
    """Free slots of PCI. A machine with PCI Express has them behind bridges; another has them on
    its own bus, and needs ACPI to use them."""
    taken = _addresses(live)
    if express:
        buses = _indexes(live, _BRIDGES)
        return _SLOTS_OF_PCI * len(buses) - len({one for one in taken if one[0] in buses})
    if live.find("features/acpi") is None:
        return 0
    return _SLOTS_OF_PCI - len({slot for _bus, slot in taken})


def _indexes(live: tree.Element, models: tuple[str, ...]) -> set[int]:
    found = live.iterfind("devices/controller")
    return {int(one.get("index")) for one in found if one.get("model") in models}


def _addresses(live: tree.Element) -> set[tuple[int, int]]:
    """The bus and the slot of each device on PCI."""
    found = [one for one in live.iterfind("devices/*/address") if one.get("type") == "pci"]
    return {(int(one.get("bus"), 16), int(one.get("slot"), 16)) for one in found}


def _is_on_root(device: tree.Element) -> bool:
    """Is it a part of the machine's own bus, and in no port?"""
    spot = tree.find(device, "address/@bus")
    return spot is not None and int(spot.text or "0", 0) == 0
