# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the user wrote to what is wanted: gaps of new things are filled, and only those."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete_machine import (
    complete_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.consoles import (
    complete_console,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.cpus import cpus_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import complete_memory
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.plugs import find_plug
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.sources import (
    find_medium,
    find_source,
    fit_new_disk,
    tell_filesystem,
    tell_type,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors import registry
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import channel_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items, match
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import begin, initial

SEED = "seed"
# The kernels that Debian makes for clouds have drivers for no other drive.
_SEED_BUS = "scsi"
_TARGETS = {
    "virtio": "vd",
    "scsi": "sd",
    "sata": "sd",
    "usb": "sd",
    "ide": "hd",
    "fdc": "fd",
    "sd": "sd",
    "xen": "xvd",
}

_NESTED = tuple(one for one in VM.fields if one.of)

Values = dict


def hypervisor_of(
    wanted: Mapping[str, Any], config: Mapping[str, Any], facts: NodeFacts
) -> registry.Choice:
    """The plug-in that is asked for, the one the vm has, or the first that the node offers."""
    name = wanted.get("hypervisor") or "auto"
    has = config.get("hypervisor")
    if has and name in ("auto", has):
        return registry.Choice(registry.of(has, facts.node["driver"]))
    if name == "auto":
        return registry.pick(facts.node, wanted.get("arch"))
    return registry.Choice(registry.get(name, facts.node["driver"]))


def complete(
    given: Mapping[str, Any],
    root: tree.Element | None,
    config: Mapping[str, Any],
    hypervisor: Hypervisor,
    facts: NodeFacts,
) -> dict[str, Any]:
    """What is wanted. ``root`` is the definition of an existing vm and ``config`` its values."""
    wanted = complete_machine(given, config)
    if wanted.get("cloud_init"):
        wanted["cdroms"] = [*wanted.get("cdroms", ()), _seed_drive(config)]
    if root is None and not wanted["fill_in"]:
        wanted["hypervisor"] = hypervisor.type
    elif root is None:
        complete_memory(wanted, {})
        wanted = {**initial(VM), **hypervisor.adjust(wanted, facts.node)}
        wanted.setdefault("max_memory", wanted["memory"])
        wanted.setdefault("max_vcpus", cpus_of(wanted.get("cpu")) or wanted["vcpus"])
    else:
        named = wanted.pop("hypervisor", "auto")
        if named != "auto":
            # libvirt's word for it.
            wanted["hypervisor"] = hypervisor.type
        complete_memory(wanted, config)
        for option in ("memory", "vcpus"):
            _raise_most(wanted, config, option)
    for one in _NESTED:
        if one.name not in wanted:
            continue
        if "state" in one.schema and not one.many:
            wanted[one.name] = _complete_single(one, wanted, root)
        if one.many and one.schema.key:
            found = list(items(one, root)) if root is not None else []
            wanted[one.name] = [
                _complete_device(one, item, match(one.schema, item, found), wanted, config, facts)
                for item in wanted[one.name]
            ]
        if not one.many and wanted["fill_in"]:
            spot = tree.find(root, one.places[0]) if root is not None and one.places else None
            wanted[one.name] = _complete_parts(one.schema, wanted[one.name], spot)
    _name_targets(wanted, config)
    _number_ports(wanted, config)
    return wanted


def _complete_parts(
    schema: Schema, values: Mapping[str, Any], spot: tree.Spot | None
) -> dict[str, Any]:
    """The lists of a group, with what new things in them get."""
    filled = dict(values)
    for one in schema.fields:
        if one.of and one.many and one.of.key and one.name in values:
            found = list(items(one, spot.element)) if spot else []
            filled[one.name] = [
                item if match(one.of, item, found) else begin(one.of, item)
                for item in values[one.name]
            ]
    return filled


def _seed_drive(config: Mapping[str, Any]) -> dict[str, Any]:
    """The drive that the seed is in; one that is there stays what it is."""
    there = any(drive["name"] == SEED for drive in config.get("cdroms", ()))
    buses = {controller["type"] for controller in config.get("controllers", ())}
    # libvirt would add a controller to an existing vm, but not the one that those kernels know.
    reachable = not config or _SEED_BUS in buses
    return {"name": SEED, "bus": _SEED_BUS} if reachable and not there else {"name": SEED}


def _raise_most(wanted: dict[str, Any], config: Mapping[str, Any], option: str) -> None:
    """More than the vm can ever have raises what it can have, with the definition."""
    most = f"max_{option}"
    if wanted.get(option, 0) > wanted.get(most, config.get(most, 0)) and most not in wanted:
        wanted[most] = wanted[option]


def _complete_single(
    one: Field, wanted: Mapping[str, Any], root: tree.Element | None
) -> dict[str, Any]:
    """A device of which a vm has at most one."""
    device = wanted[one.name]
    new = root is None or tree.find(root, one.places[0]) is None
    fills = new and device.get("state") != "absent" and wanted["fill_in"]
    return begin(one.schema, device) if fills else dict(device)


def _complete_device(
    one: Field,
    device: Mapping[str, Any],
    found: Item | None,
    wanted: Mapping[str, Any],
    config: Mapping[str, Any],
    facts: NodeFacts,
) -> dict[str, Any]:
    values = dict(device)
    if values.get("state") == "absent":
        return values
    if found is None and wanted["fill_in"]:
        values = begin(one.schema, values)
    if one.name == "disks":
        if found is None and wanted["fill_in"]:
            fit_new_disk(device, values, facts)
        find_source(values, found, wanted, config, facts)
        tell_type(values, found)
    elif one.name in ("cdroms", "floppies"):
        find_medium(values, found, facts)
        tell_type(values, found)
    elif one.name == "filesystems":
        tell_filesystem(values, found)
    elif one.name == "nics":
        find_plug(values, found.values.get("type") if found else None)
        if found is None:
            values.setdefault("mac", mac_of(facts.node["hostname"], wanted["name"], values["name"]))
    elif one.name == "hostdevs" and found is None and wanted["fill_in"]:
        if values.get("type") == "pci":
            values.setdefault("managed", True)
    elif one.name == "channels" and found is None and values.get("target_type") == "virtio":
        values.setdefault("target", channel_of(values["type"]))
    elif one.name == "graphics":
        complete_console(values, found is None and wanted["fill_in"])
    return values


def mac_of(node: str, vm: str, nic: str) -> str:
    """The same address for the same names, in the range that QEMU and KVM use."""
    digest = hashlib.sha256("/".join((node, vm, nic)).encode()).digest()
    return ":".join(["52", "54", "00", *(f"{byte:02x}" for byte in digest[:3])])


def _name_targets(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """Disks and drives that are new get the next free name of their bus."""
    lists = ("disks", "cdroms", "floppies")
    known = {
        (name, item["name"]): item["target"]
        for name in lists
        for item in config.get(name, ())
        if item.get("target")
    }
    taken = {*known.values()}
    taken |= {item["target"] for name in lists for item in wanted.get(name, ()) if "target" in item}
    for name in lists:
        for item in wanted.get(name, ()):
            new = (name, item["name"]) not in known and item.get("state") != "absent"
            if new and "target" not in item and "bus" in item:
                item["target"] = _next_target(_TARGETS[item["bus"]], taken)
                taken.add(item["target"])


def _number_ports(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    """libvirt would give the first number to the first of them, which is that of the machine's own
    bus."""
    known = {one["name"]: one for one in config.get("controllers", ())}
    pci = [one for one in wanted.get("controllers", ()) if one.get("type") == "pci"]
    taken = {one.get("index") for one in (*known.values(), *pci) if one.get("type") == "pci"}
    for port in pci:
        if "index" not in port and port["name"] not in known and port.get("state") != "absent":
            port["index"] = next(n for n in range(1, 256) if n not in taken)
            taken.add(port["index"])


def _next_target(prefix: str, taken: set[str]) -> str:
    number = 0
    while True:
        name, rest = "", number
        while rest >= 0:
            name = chr(ord("a") + rest % 26) + name
            rest = rest // 26 - 1
        if prefix + name not in taken:
            return prefix + name
        number += 1
