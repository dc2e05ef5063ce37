# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""QEMU: with the processor's virtualisation (kvm), and emulating (qemu)."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import (
    Hypervisor,
    Values,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Devices of a machine with PCI Express are plugged into ports, and a port can not be added later.
SPARE_PORTS = 14
_X86 = ("x86_64", "i686")


class Qemu(Hypervisor):
    """TCG: any guest on any node, slowly."""

    name = "qemu"
    cpu_modes: tuple[str, ...] = ("custom", "host-model", "maximum")

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = dict(values)
        filled["hypervisor"] = self.name
        filled.setdefault("arch", node["arch"])
        machine = filled.setdefault("machine", "q35" if filled["arch"] in _X86 else "virt")
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
        return filled

    def validate(self, values: Values, node: Values) -> list[VmrtError]:
        complaints = []
        arch = values.get("arch") or node["arch"]
        guests = [guest for guest in node["guests"] if guest["arch"] == arch]
        if not guests:
            known = sorted({guest["arch"] for guest in node["guests"]})
            return [
                VmrtError(
                    f"the node has no emulator for {arch}",
                    option="arch",
                    hint=f"It has: {', '.join(known)}.",
                )
            ]
        if not self.offered(node, arch):
            complaints.append(
                VmrtError(
                    f"the node's libvirt does not offer {self.name} for {arch}",
                    option="hypervisor",
                    hint=f"It offers: {', '.join(guests[0]['hypervisors'])}.",
                )
            )
        machine = values.get("machine")
        if machine and machine not in guests[0]["machines"]:
            complaints.append(
                VmrtError(
                    f"the node has no machine type '{machine}'",
                    option="machine",
                    hint="It has: " + ", ".join(sorted(guests[0]["machines"])) + ".",
                )
            )
        mode = values.get("cpu", {}).get("mode")
        if mode and mode not in self.cpu_modes:
            complaints.append(
                VmrtError(
                    f"{self.name} has no {mode}",
                    option="cpu.mode",
                    hint=f"Use one of {', '.join(self.cpu_modes)}.",
                )
            )
        most = guests[0].get("max_vcpus")
        for option in ("vcpus", "max_vcpus"):
            if most and values.get(option, 0) > most:
                complaints.append(
                    VmrtError(f"a {arch} machine has at most {most} CPUs", option=option)
                )
        return complaints


class Kvm(Qemu):
    """The node's own processor."""

    name = "kvm"
    cpu_modes = ("custom", "host-model", "host-passthrough", "maximum")

    def adjust(self, values: Values, node: Values) -> dict[str, Any]:
        filled = super().adjust(values, node)
        filled.setdefault("cpu", {"mode": "host-model"})
        return filled


def _ports(controllers: list[Any]) -> list[dict[str, Any]]:
    if any(one["type"] == "pci" for one in controllers):
        return []
    return [
        {"name": f"port{number}", "type": "pci", "index": number, "model": "pcie-root-port"}
        for number in range(1, SPARE_PORTS + 1)
    ]


def _needs_scsi(values: Values, controllers: list[Any]) -> bool:
    on_scsi = any(
        disk.get("bus") == "scsi" for name in ("disks", "cdroms") for disk in values.get(name, ())
    )
    return on_scsi and not any(one["type"] == "scsi" for one in controllers)
