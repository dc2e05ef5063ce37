# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt makes of the definition of a vm, as far as planning can notice it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import fake_bus, fake_memory
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_USER_ALIAS = "ua-"
_MACHINES = {"q35": "pc-q35-7.2", "pc": "pc-i440fx-7.2"}
_QEMU = "QEMU"
# Types of domains whose devices are plugged into no bus.
_WITHOUT_SLOTS = ("lxc", "xen")
_ALIASES = {"interface": "net"}
_ORDER = (
    *("name", "uuid", "title", "description", "metadata", "maxMemory", "memory", "currentMemory"),
    *("blkiotune", "memtune", "memoryBacking", "vcpu", "vcpus", "iothreads", "iothreadids"),
    *("defaultiothread", "cputune", "numatune", "resource"),
    *("os", "features", "cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "devices"),
)
_DEFAULTS = {
    "vcpu/@placement": "static",
    "clock/@offset": "utc",
    "on_poweroff": "destroy",
    "on_reboot": "restart",
    "on_crash": "destroy",
}


def uuid_of(*words: str) -> str:
    """The same UUID for the same words, so that a test sees the same each time."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(words)))


def defined(given: tree.Element, node: Mapping[str, Any]) -> tree.Element:
    """The definition that is kept: what was left open is filled in, in libvirt's spelling."""
    root = tree.copy(given)
    name = root.findtext("name")
    if root.find("uuid") is None:
        _put(root, "uuid", uuid_of("vm", name))
    _boot(root)
    fake_memory.count(root, _ORDER)
    _io_threads(root)
    _vcpus(root)
    _machine(root, node)
    _cpu(root)
    for place, text in _DEFAULTS.items():
        if tree.find(root, place) is None:
            _put(root, place, text)
    devices = tree.ensure(root, "devices", _ORDER).element
    _drop_aliases(devices)
    _check_targets(devices)
    _fill_devices(name, devices)
    if node["driver"] == _QEMU:
        fake_bus.add_controllers(root)
        fake_bus.place(root)
    return root


def started(config: tree.Element, number: int) -> tree.Element:
    """The definition in force once it runs: what exists only then is added."""
    root = tree.copy(config)
    root.set("id", str(number))
    fake_memory.started(root)
    cpu = root.find("cpu")
    if cpu is not None and cpu.get("mode") == "host-model":
        cpu.attrib.clear()
        cpu.attrib.update({"mode": "custom", "match": "exact", "check": "full"})
        tree.ensure(cpu, "model/@fallback").put("forbid")
        tree.ensure(cpu, "model").put("EPYC")
    for device in root.find("devices"):
        plugged(root, device)
    return root


def plugged(root: tree.Element, device: tree.Element) -> None:
    """Give a device of a running vm what only a running one has."""
    twins = list(root.iterfind(f"devices/{device.tag}"))
    number = twins.index(device)
    if device.find("alias") is None and device.tag != "emulator":
        kind = _ALIASES.get(device.tag, device.tag)
        taken = {alias.get("name") for alias in root.iterfind(f"devices/{device.tag}/alias")}
        free = next(n for n in range(len(twins) + 1) if f"{kind}{n}" not in taken)
        tree.ensure(device, "alias/@name").put(f"{kind}{free}")
    if device.tag == "interface":
        tree.ensure(device, "target/@dev").put(f"vnet{number}")
        source = device.find("source")
        if source is not None and source.get("network"):
            source.set("portid", uuid_of("port", root.findtext("name"), str(number)))
            source.set("bridge", "virbr0")
    if device.tag == "disk" and device.find("source") is not None:
        device.find("source").set("index", str(number + 1))
    if device.tag in ("serial", "console") and device.get("type") == "pty":
        tree.ensure(device, "source/@path").put(f"/dev/pts/{number}")
    if device.tag == "graphics" and device.get("autoport") == "yes":
        device.set("port", str(5900 + number))


def attached(root: tree.Element, given: tree.Element) -> None:
    """Plug a device into a running vm."""
    devices = root.find("devices")
    for place in ("target/@dev", "mac/@address", "alias/@name"):
        spot = tree.find(given, place)
        taken = [tree.find(other, place) for other in devices.iterfind(given.tag)]
        if spot and spot.text in [other.text for other in taken if other]:
            raise VmrtError(f"libvirt says: {spot.text} is in use by another {given.tag}")
    device = tree.copy(given)
    tree.remove(device, "address")
    target = given.find("target")
    if given.tag == "disk" and target.get("bus") in ("sata", "ide"):
        raise VmrtError(f"libvirt says: disk bus '{target.get('bus')}' cannot be hotplugged.")
    if not _is_hotplug(root):
        raise VmrtError("libvirt says: Bus 'pci.0' does not support hotplugging")
    if device.tag == "memory":
        fake_memory.attached(root, device)
    fake_bus.append(devices, device)
    _fill_devices(root.findtext("name"), devices)
    fake_bus.place(root, grow=False)
    plugged(root, device)


def updated(root: tree.Element, given: tree.Element) -> None:
    """Change a device in its place, as far as update-device can."""
    old = same_device(root, given)
    if old is None:
        raise VmrtError(f"libvirt says: there is no such {given.tag}")
    fixed = {
        "interface": ("mac/@address", "model/@type", "mtu/@size"),
        "disk": ("target/@dev", "target/@bus", "driver/@type", "driver/@cache", "serial"),
    }.get(given.tag, ())
    for place in fixed:
        before, after = tree.find(old, place), tree.find(given, place)
        if (before and before.text) != (after and after.text):
            raise VmrtError(f"libvirt says: {place} of a running {given.tag} can not be changed")
    if given.tag == "disk" and given.get("device") == "disk":
        raise VmrtError("libvirt says: the source of a disk can not be changed")
    new = tree.copy(given)
    if old.tag == "memory":
        fake_memory.updated(root, old, new)
    old.getparent().replace(old, new)
    plugged(root, new)


def same_device(root: tree.Element, given: tree.Element) -> tree.Element | None:
    """The device of a running vm that an element means: by alias, target or MAC."""
    for place in ("alias/@name", "target/@dev", "mac/@address"):
        spot = tree.find(given, place)
        for other in root.iterfind(f"devices/{given.tag}"):
            twin = tree.find(other, place)
            if spot and twin and spot.text == twin.text:
                return other
    return None


def _put(root: tree.Element, place: str, text: str) -> None:
    tree.ensure(root, place, _ORDER).put(text)


def _boot(root: tree.Element) -> None:
    """What is booted is said in one place: for the machine, or device by device."""
    by_device = root.find("devices/*/boot") is not None
    if by_device and root.find("os/boot") is not None:
        raise VmrtError(
            "libvirt says: per-device boot elements cannot be used together with os/boot elements"
        )
    orders = [boot.get("order") for boot in root.iterfind("devices/*/boot")]
    if len(set(orders)) < len(orders):
        raise VmrtError("libvirt says: boot order used for more than one device")
    if not by_device and root.find("os") is not None:
        _put(root, "os/boot/@dev", "hd")


def _io_threads(root: tree.Element) -> None:
    """Threads that are listed count."""
    listed = len(root.findall("iothreadids/iothread"))
    counted = int(root.findtext("iothreads") or 0)
    if listed > counted:
        _put(root, "iothreads", str(listed))


def _vcpus(root: tree.Element) -> None:
    vcpu = tree.ensure(root, "vcpu", _ORDER).element
    vcpu.text = vcpu.text or "1"
    current = vcpu.get("current")
    if current and int(current) > int(vcpu.text):
        raise VmrtError(
            f"libvirt says: maxvcpus must not be less than current vcpus ({vcpu.text} < {current})"
        )
    if current == vcpu.text:
        del vcpu.attrib["current"]


def _machine(root: tree.Element, node: Mapping[str, Any]) -> None:
    if tree.find(root, "os/type") is None:
        raise VmrtError("libvirt says: an os <type> must be specified")
    os_type = root.find("os/type")
    os_type.set("arch", os_type.get("arch") or node["arch"])
    machine = os_type.get("machine") or _first_machine(os_type, node)
    if machine:
        os_type.set("machine", _MACHINES.get(machine, machine))


def _first_machine(os_type: tree.Element, node: Mapping[str, Any]) -> str | None:
    """The machine type of a definition that names none: not each hypervisor has any."""
    if node["driver"] == _QEMU:
        return "pc"
    for guest in node["guests"]:
        if (guest["os_type"], guest["arch"]) == (os_type.text, os_type.get("arch")):
            return next(iter(guest.get("machines") or ()), None)
    return None


def _cpu(root: tree.Element) -> None:
    cpu = root.find("cpu")
    if cpu is None:
        return
    if cpu.get("mode") == "custom":
        cpu.set("match", cpu.get("match") or "exact")
        cpu.set("check", cpu.get("check") or "none")
        tree.ensure(cpu, "model/@fallback").put("forbid")
    elif cpu.get("mode") == "host-model":
        cpu.set("check", "partial")
    else:
        cpu.set("check", "none")
        cpu.set("migratable", "on")


def _drop_aliases(devices: tree.Element) -> None:
    """A definition keeps only what users call their devices."""
    for alias in list(devices.iterfind("*/alias")):
        if not alias.get("name", "").startswith(_USER_ALIAS):
            alias.getparent().remove(alias)
    names = [alias.get("name") for alias in devices.iterfind("*/alias")]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise VmrtError(f"libvirt says: non unique alias detected: {', '.join(sorted(twice))}")


def _check_targets(devices: tree.Element) -> None:
    targets = [target.get("dev") for target in devices.iterfind("disk/target")]
    twice = {target for target in targets if targets.count(target) > 1}
    if twice:
        raise VmrtError(f"libvirt says: target '{min(twice)}' duplicated for disk sources")


# What libvirt does not keep, since it goes without saying.
_FORGOTTEN = (
    ("disk", "driver/@cache", "default"),
    ("disk", "target/@tray", "closed"),
    ("disk[@device='cdrom']", "@snapshot", "no"),
    ("filesystem", "@multidevs", "default"),
    ("interface", "driver/@queues", "1"),
    ("interface", "@managed", "no"),
    ("graphics", "@defaultMode", "any"),
    ("graphics", "@fullscreen", "no"),
    ("graphics", "@p2p", "no"),
    ("tpm", "backend/@persistent_state", "no"),
)


def _forget(devices: tree.Element) -> None:
    for devices_of, place, text in _FORGOTTEN:
        for device in devices.iterfind(devices_of):
            spot = tree.find(device, place)
            if spot and spot.text == text:
                tree.remove(device, place)


def _fill_devices(vm: str, devices: tree.Element) -> None:
    _forget(devices)
    for drive in devices.iterfind("disk[@device='cdrom']"):
        tree.ensure(drive, "readonly")
    if devices.find("emulator") is None:
        emulator = tree.new("emulator")
        emulator.text = "/usr/bin/qemu-system-x86_64"
        devices.insert(0, emulator)
    for number, nic in enumerate(devices.iterfind("interface")):
        if tree.find(nic, "mac/@address") is None:
            digest = hashlib.sha256(f"{vm}/{number}".encode()).hexdigest()
            mac = ":".join(["52", "54", "00", digest[:2], digest[2:4], digest[4:6]])
            tree.ensure(nic, "mac/@address").put(mac)
    for number, serial in enumerate(devices.iterfind("serial")):
        if tree.find(serial, "target/@port") is None:
            tree.ensure(serial, "target/@port").put(str(number))
        if tree.find(serial, "target/@type") is None:
            tree.ensure(serial, "target/@type").put("isa-serial")
    if devices.find("memballoon") is None:
        tree.ensure(devices, "memballoon/@model").put("virtio")
    for graphics in devices.iterfind("graphics"):
        if graphics.get("autoport") == "yes":
            graphics.set("port", "-1")
        listen = tree.find(graphics, "listen/@address")
        if listen:
            graphics.set("listen", listen.text or "")
    _mirror_console(devices)


def _mirror_console(devices: tree.Element) -> None:
    """The first serial port is written a second time, as the console."""
    first = devices.find("serial")
    if first is not None and devices.find("console") is None:
        console = tree.new("console")
        console.set("type", first.get("type"))
        tree.ensure(console, "target/@type").put("serial")
        tree.ensure(console, "target/@port").put("0")
        first.addnext(console)


def _is_hotplug(root: tree.Element) -> bool:
    return (
        root.get("type") in _WITHOUT_SLOTS
        or fake_bus.is_express(root)
        or root.find("features/acpi") is not None
    )
