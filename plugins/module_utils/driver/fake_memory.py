# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt makes of memory: the sum of cells and devices, and what is plugged."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_GROWS = "virtio-mem"


def count(root: tree.Element, order: tuple[str, ...]) -> None:
    """Fill in how much memory a definition has."""
    cells = root.findall("cpu/numa/cell")
    devices = root.findall("devices/memory")
    if devices and not cells:
        raise VmrtError("libvirt says: At least one numa node has to be configured")
    if cells:
        sizes = [_size(cell.get("memory"), cell.get("unit")) for cell in cells]
        _put(root, "memory", sum(sizes) + sum(map(_device_size, devices)), order)
    total = root.find("memory")
    if total is None:
        raise VmrtError("libvirt says: missing memory element")
    most = _size(total.text, total.get("unit"))
    current = root.find("currentMemory")
    now = most if current is None else _size(current.text, current.get("unit"))
    _put(root, "memory", most, order)
    _put(root, "currentMemory", min(now, most), order)
    room = root.find("maxMemory")
    if room is not None and _size(room.text, room.get("unit")) < most:
        raise VmrtError("libvirt says: maximum memory size must be at least the actual memory size")


def started(root: tree.Element) -> None:
    """What grows is as large as it was asked to be."""
    for device in root.iterfind("devices/memory"):
        _grow(root, device, 0)


def attached(root: tree.Element, device: tree.Element) -> None:
    if root.find("maxMemory") is None:
        raise VmrtError("libvirt says: cannot use/hotplug a memory device when it is not enabled")
    _add(root, device, _device_size(device))
    _grow(root, device, 0)


def detached(root: tree.Element, device: tree.Element) -> None:
    if device.tag == "memory":
        _add(root, device, -_device_size(device))


def updated(root: tree.Element, old: tree.Element, new: tree.Element) -> None:
    """Only what a device grows to can be changed."""
    if old.get("model") != _GROWS:
        raise VmrtError(f"libvirt says: cannot modify memory of model '{old.get('model')}'")
    before, after = (tree.copy(one) for one in (old, new))
    for one in (before, after):
        tree.remove(one, "target/requested")
        tree.remove(one, "target/current")
    if not tree.same(before, after):
        raise VmrtError("libvirt says: only the requested size of a memory device can be changed")
    _grow(root, new, _place(old, "target/current"))


def _add(root: tree.Element, device: tree.Element, size: int) -> None:
    _raise(root, "memory", size)
    if device.get("model") != _GROWS:
        _raise(root, "currentMemory", size)


def _grow(root: tree.Element, device: tree.Element, had: int) -> None:
    if device.get("model") == _GROWS:
        now = _place(device, "target/requested")
        current = tree.ensure(device, "target/current").element
        current.text = str(now // units.KIB)
        current.set("unit", "KiB")
        _raise(root, "currentMemory", now - had)


def _raise(root: tree.Element, tag: str, size: int) -> None:
    _put(root, tag, _place(root, tag) + size, ())


def _put(root: tree.Element, tag: str, size: int, order: tuple[str, ...]) -> None:
    element = tree.ensure(root, tag, order).element
    element.text = str(size // units.KIB)
    element.set("unit", "KiB")


def _device_size(device: tree.Element) -> int:
    return _place(device, "target/size")


def _place(root: tree.Element, place: str) -> int:
    spot = tree.find(root, place)
    return _size(spot.text, spot.element.get("unit")) if spot else 0


def _size(text: str | None, unit: str | None) -> int:
    return units.xml_size(text or "0", unit, "KiB")
