# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that libvirt adds to a definition, and the addresses that it gives to devices."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_ON_PCI = ("interface", "rng", "memballoon", "video", "sound", "hostdev", "filesystem", "vsock")
_CONTROLLERS_ON_PCI = ("usb", "scsi", "virtio-serial")

# A bus and a slot on it.
Slot = tuple[int, int]


def is_express(root: tree.Element) -> bool:
    """Has the machine PCI Express, whose devices need ports?"""
    return "q35" in (root.find("os/type").get("machine") or "")


def append(devices: tree.Element, device: tree.Element) -> None:
    """Put a device behind the others of its kind."""
    twins = devices.findall(device.tag)
    if twins:
        twins[-1].addnext(device)
    else:
        devices.append(device)


def add_controllers(root: tree.Element) -> None:
    """Number the controllers that are there, and add those that other devices need."""
    devices = root.find("devices")
    for controller in devices.iterfind("controller"):
        if controller.get("index") is None:
            controller.set("index", str(_free_index(devices, controller.get("type"))))
    model = "pcie-root" if is_express(root) else "pci-root"
    first = _need(devices, "pci", model, 0)
    if first.get("model") != model:
        raise VmrtError(
            f"libvirt says: The PCI controller with index='0' must be model='{model}' for this "
            f"machine type, but model='{first.get('model')}' was found instead"
        )
    _need(devices, "usb", "qemu-xhci", 0)
    buses = {target.get("bus") for target in devices.iterfind("disk/target")}
    for bus in sorted(buses & {"sata", "ide", "scsi"}):
        _need(devices, bus, None, 0)
    if devices.find("channel") is not None:
        _need(devices, "virtio-serial", None, 0)


def place(root: tree.Element, grow: bool = True) -> None:
    """Give an address to each device that has none. A definition can ``grow`` another port where
    there is none free, a running vm can not."""
    devices = root.find("devices")
    taken = {
        (int(address.get("bus"), 16), int(address.get("slot"), 16))
        for address in devices.iterfind("*/address")
        if address.get("type") == "pci"
    }
    for device in list(devices):
        if device.find("address") is not None:
            continue
        if device.get("model") == "pcie-root-port":
            _put(device, _free_slot(taken), taken)
        elif _needs_pci(device):
            slot = _port(devices, taken, grow) if is_express(root) else _free_slot(taken)
            _put(device, slot, taken)
        elif device.tag == "disk":
            _put_on_drive(devices, device)


def _put(device: tree.Element, slot: Slot, taken: set[Slot]) -> None:
    taken.add(slot)
    tree.ensure(device, "address").element.attrib.update(
        {
            "type": "pci",
            "domain": "0x0000",
            "bus": f"{slot[0]:#04x}",
            "slot": f"{slot[1]:#04x}",
            "function": "0x0",
        }
    )


def _put_on_drive(devices: tree.Element, disk: tree.Element) -> None:
    taken = [address.get("unit") for address in devices.iterfind("disk/address")]
    unit = next(str(n) for n in range(256) if str(n) not in taken)
    tree.ensure(disk, "address").element.attrib.update(
        {"type": "drive", "controller": "0", "bus": "0", "target": "0", "unit": unit}
    )


def _free_slot(taken: set[Slot]) -> Slot:
    return next((0, n) for n in range(1, 256) if (0, n) not in taken)


def _port(devices: tree.Element, taken: set[Slot], grow: bool) -> Slot:
    for index in _ports(devices):
        if (index, 0) not in taken:
            return index, 0
    if not grow:
        raise VmrtError("libvirt says: No more available PCI slots")
    index = _free_index(devices, "pci")
    _put(_need(devices, "pci", "pcie-root-port", index), _free_slot(taken), taken)
    return index, 0


def _ports(devices: tree.Element) -> Iterator[int]:
    for controller in devices.iterfind("controller"):
        if controller.get("model") == "pcie-root-port":
            yield int(controller.get("index"))


def _needs_pci(device: tree.Element) -> bool:
    if device.tag == "disk":
        return bool(device.find("target").get("bus") == "virtio")
    if device.tag == "controller":
        return device.get("type") in _CONTROLLERS_ON_PCI
    return device.tag in _ON_PCI


def _need(devices: tree.Element, kind: str, model: str | None, index: int) -> tree.Element:
    """The controller of a kind and an index, added where there is none."""
    fitting = [one for one in devices.iterfind("controller") if one.get("type") == kind]
    for one in fitting:
        # A kind other than PCI is there as soon as there is one of it, numbered or not.
        if one.get("index") == str(index) or kind != "pci":
            return one
    controller = tree.new("controller")
    controller.attrib.update({"type": kind, "index": str(index)})
    if model:
        controller.set("model", model)
    append(devices, controller)
    return controller


def _free_index(devices: tree.Element, kind: str) -> int:
    twins = [one for one in devices.iterfind("controller") if one.get("type") == kind]
    taken = {one.get("index") for one in twins}
    return next(n for n in range(256) if str(n) not in taken)
