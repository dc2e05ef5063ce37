# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""QEMU: with the processor's virtualisation (kvm), and emulating (qemu)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import (
    Hypervisor,
    Values,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB

# Devices of a machine with PCI Express are plugged into ports, and a port can not be added later.
SPARE_PORTS = 14
_X86 = ("x86_64", "i686")
_MACHINES = {"s390x": "s390-ccw-virtio", "ppc64": "pseries", "ppc64le": "pseries"}
_VIRT = ("aarch64", "armv7l", "riscv64", "riscv32", "loongarch64")
# Where libvirt can tell a guest the closest model of the node's processor.
_MODELLED = (*_X86, "s390x", "ppc64", "ppc64le")


class Qemu(Hypervisor):
    """TCG: any guest on any node, slowly."""

    name = type = "qemu"
    doc = "QEMU, which emulates every processor."
    driver = "QEMU"
    uri = "qemu:///system"
    always_told = ("firmware", "cpu_modes", "disk_buses")
    min_memory = 2 * MIB
    cpu_modes: tuple[str, ...] = ("custom", "host-model", "maximum")
    remedy = "Install the package of QEMU for the architecture on the node."

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        machine = filled.setdefault("machine", _machine(filled, self.guest(filled, node)))
        if filled["arch"] in _X86:
            filled["features"] = {"acpi": True, "apic": True, **values.get("features", {})}
        controllers = list(values.get("controllers", ()))
        if "q35" in machine or machine.startswith("virt"):
            controllers += _ports(controllers)
        if _needs_scsi(values, controllers):
            controllers.append({"name": "scsi", "type": "scsi", "model": "virtio-scsi"})
        if controllers:
            filled["controllers"] = controllers
        filled.setdefault("serials", [{"name": "console", "type": "pty"}])
        filled.setdefault("channels", [{"name": "agent"}])
        filled.setdefault("rng", {"model": "virtio", "device": "/dev/urandom"})
        if "balloon" in values:
            filled["balloon"] = {"model": "virtio", **values["balloon"]}
        return filled

    def machine(self, node: Values) -> str | None:
        arch = self.default_arch(node)
        return _machine({"arch": arch}, self.guest({"arch": arch}, node))

    def _machine(self, values: Values, node: Values) -> Iterator[VmrtError]:
        yield from super()._machine(values, node)
        mode = (values.get("cpu") or {}).get("mode")
        if mode and mode not in self.cpu_modes:
            yield VmrtError(
                f"{self.name} has no {mode}",
                option="cpu.mode",
                hint=f"Use one of {', '.join(self.cpu_modes)}.",
            )
        for card in values.get("videos", ()):
            if card.get("vgaconf"):
                yield VmrtError(
                    f"{self.name} has none",
                    option=f"videos[{card['name']}].vgaconf",
                    hint="It is of bhyve alone: leave it out.",
                )


class Kvm(Qemu):
    """The node's own processor."""

    name = type = "kvm"
    doc = "QEMU with the virtualisation of the node's own processor."
    cpu_modes = ("custom", "host-model", "host-passthrough", "maximum")
    remedy = (
        "Say qemu or auto to have the guest emulated, or see to it that /dev/kvm is there: "
        "virtualisation switched on in the firmware, the module kvm loaded, and a processor of "
        "the same architecture."
    )

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        mode = "host-model" if filled["arch"] in _MODELLED else "host-passthrough"
        filled.setdefault("cpu", {"mode": mode})
        return filled


def _machine(values: Values, guest: Values | None) -> str:
    """The machine type that fits an architecture best."""
    arch = values["arch"]
    if arch in _X86:
        return "q35"
    if arch in _VIRT:
        return "virt"
    known = (guest or {}).get("machines") or ["virt"]
    return _MACHINES.get(arch) or str(known[0])


def _ports(controllers: list[Any]) -> list[dict[str, Any]]:
    if any(one.get("type") == "pci" for one in controllers):
        return []
    return [
        {"name": f"port{number}", "type": "pci", "index": number, "model": "pcie-root-port"}
        for number in range(1, SPARE_PORTS + 1)
    ]


def _needs_scsi(values: Values, controllers: list[Any]) -> bool:
    on_scsi = any(
        disk.get("bus") == "scsi" for name in ("disks", "cdroms") for disk in values.get(name, ())
    )
    return on_scsi and not any(one.get("type") == "scsi" for one in controllers)
