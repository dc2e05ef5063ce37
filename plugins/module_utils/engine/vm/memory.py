# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How libvirt adds memory up: what cells hold, and what devices add to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.memory_device import MEMORY_DEVICE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size

# What a device of this model adds is not the balloon's.
_OUTSIDE = "virtio-mem"
_INITIAL = MEMORY_DEVICE["model"].initial


def complete_memory(wanted: dict[str, Any], config: Mapping[str, Any]) -> None:
    """Fill in the sums: libvirt counts cells and devices together, and overwrites what differs."""
    if "memory_devices" not in wanted and "numa_cells" not in (wanted.get("cpu") or {}):
        return
    cells, devices = _cells(wanted, config), _devices(wanted, config)
    if not cells:
        return
    wanted.setdefault("max_memory", sum(cells) + sum(size for _model, size in devices))
    balloon = sum(cells) + sum(size for model, size in devices if model != _OUTSIDE)
    had = _cells({}, config)
    before = sum(had) + sum(size for model, size in _devices({}, config) if model != _OUTSIDE)
    if "memory" not in wanted and (not had or balloon != before):
        wanted["memory"] = balloon - before + config["memory"] if had else balloon


def check_memory(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    """Complaints about memory that does not add up."""
    now = {**config, **wanted}
    cells, devices = _cells(wanted, config), _devices(wanted, config)
    named = [one for one in wanted.get("memory_devices", ()) if one.get("state") != "absent"]
    errors = []
    room = now.get("memory_hotplug")
    if room and not {"maximum", "slots"} <= set(room):
        errors.append(
            VmrtError("is half said", option="memory_hotplug", hint="Give maximum and slots.")
        )
    if named and not cells:
        errors.append(
            VmrtError(
                "memory devices belong to a NUMA cell, and the vm has none",
                option="memory_devices",
                hint="Give it cpu.numa_cells, one with all CPUs and all memory if need be.",
            )
        )
    if any(one.get("model") != "sgx-epc" for one in named) and not now.get("memory_hotplug"):
        errors.append(
            VmrtError(
                "the vm has no room for memory devices",
                option="memory_devices",
                hint="Give it memory_hotplug, with the most memory it may ever have.",
            )
        )
    errors += [*_sources(named, config), *_placement(now), *_pages(now)]
    total = sum(cells) + sum(size for _model, size in devices)
    if cells and wanted.get("max_memory") not in (None, total):
        errors.append(
            VmrtError(
                f"is not the sum of all cells and memory devices, which is {show_size(total)}",
                option="max_memory",
                hint="Leave it out.",
            )
        )
    most = (now.get("memory_hotplug") or {}).get("maximum")
    if most and total > most:
        errors.append(
            VmrtError(
                f"is less than what cells and memory devices need, {show_size(total)}",
                option="memory_hotplug.maximum",
                hint="Raise it; it counts from the next start.",
            )
        )
    return errors


def _sources(named: list[Any], config: Mapping[str, Any]) -> list[VmrtError]:
    """Complaints about what memory devices are made of."""
    found = {one["name"]: one for one in config.get("memory_devices", ())}
    errors = []
    for one in named:
        device = {**found.get(one["name"], {}), **one}
        lone = [option for option in ("align_size", "persistent") if device.get(option)]
        both = [option for option in ("page_size", "nodes") if device.get(option)]
        wrong = both if device.get("path") else lone
        errors += [
            VmrtError(
                f"has no meaning {'beside' if device.get('path') else 'without'} path",
                option=f"memory_devices[{one['name']}].{option}",
                hint="Leave one of them out.",
            )
            for option in wrong
        ]
    return errors


def _placement(now: Mapping[str, Any]) -> list[VmrtError]:
    memory = (now.get("numa_tune") or {}).get("memory") or {}
    if memory.get("placement") != "auto" or "nodes" not in memory:
        return []
    return [
        VmrtError(
            "is what numad decides, as placement says",
            option="numa_tune.memory.nodes",
            hint="Leave one of them out.",
        )
    ]


def _pages(now: Mapping[str, Any]) -> list[VmrtError]:
    backing = now.get("memory_backing") or {}
    if not backing.get("pages") or backing.get("hugepages"):
        return []
    return [
        VmrtError(
            "has no meaning without huge pages",
            option="memory_backing.pages",
            hint="Say hugepages: true as well.",
        )
    ]


def _cells(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[int]:
    for values in (wanted, config):
        cells = (values.get("cpu") or {}).get("numa_cells")
        if cells:
            return [cell["memory"] for cell in cells]
    return []


def _devices(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The model and the size of each device that will be there."""
    found = {one["name"]: one for one in config.get("memory_devices", ())}
    for one in wanted.get("memory_devices", ()):
        found[one["name"]] = {**found.get(one["name"], {}), **one}
    kept = [one for one in found.values() if one.get("state") != "absent"]
    return [(one.get("model") or _INITIAL, one.get("size", 0)) for one in kept]


def balloon_extra(root: tree.Element) -> int:
    """Bytes that devices add to what the balloon can give back."""
    return sum(_bytes(one, "target/size") for one in _elements(root) if not _is_outside(one))


def balloon_size(live: tree.Element) -> int:
    """Bytes that the balloon of a running vm leaves it. What devices outside of the balloon give it
    stands in the same sum."""
    outside = sum(_bytes(one, "target/current") for one in _elements(live) if _is_outside(one))
    return _bytes(live, "currentMemory") - outside


def without_devices(root: tree.Element) -> tree.Element:
    """A definition that counts no memory of devices, so that two can be compared of which one has
    them plugged already; it is not to be changed."""
    if not _elements(root):
        return root
    bare = tree.copy(root)
    total, current = bare.find("memory"), bare.find("currentMemory")
    everything = sum(_bytes(one, "target/size") for one in _elements(root))
    given = sum(_bytes(one, "target/current") for one in _elements(root) if _is_outside(one))
    if total is not None and everything:
        _take(total, everything)
    if current is not None and everything:
        _take(current, balloon_extra(root) + given)
    return bare


def _elements(root: tree.Element) -> list[tree.Element]:
    return list(root.iterfind("devices/memory"))


def _is_outside(device: tree.Element) -> bool:
    return bool(device.get("model") == _OUTSIDE)


def _bytes(element: tree.Element, place: str) -> int:
    spot = tree.find(element, place)
    return units.xml_size(spot.text or "0", spot.element.get("unit"), "KiB") if spot else 0


def _take(element: tree.Element, size: int) -> None:
    has = units.xml_size(element.text, element.get("unit"), "KiB")
    element.text, unit = str(max(has - size, units.KIB) // units.KIB), "KiB"
    element.set("unit", unit)
