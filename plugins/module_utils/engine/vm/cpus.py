# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the CPUs of a vm are counted: all of them, by their arrangement, and one by one."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import numbers
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_PARTS = ("sockets", "dies", "cores", "threads")


def cpus_of(cpu: Mapping[str, Any] | None) -> int | None:
    """How many CPUs an arrangement has, where one is given."""
    topology = (cpu or {}).get("topology")
    return prod(topology.get(part, 1) for part in _PARTS) if topology else None


def check_cpus(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> list[VmrtError]:
    """Complaints about CPUs that do not add up."""
    now = {**config, **wanted}
    most = now.get("max_vcpus")
    has = (config.get("cpu") or {}).get("topology") or {}
    topology = (wanted.get("cpu") or {}).get("topology") or {}
    named = cpus_of({"topology": {**has, **topology}})
    errors = []
    if named and most and named != most and ("max_vcpus" in wanted or topology):
        errors.append(
            VmrtError(
                f"has room for {named} CPUs, and max_vcpus is {most}",
                option="cpu.topology",
                hint="Make sockets x dies x cores x threads the same as max_vcpus.",
            )
        )
    missing = [part for part in ("sockets", "cores", "threads") if part not in {**has, **topology}]
    if topology and missing:
        errors.append(
            VmrtError(
                f"says nothing of {', '.join(missing)}", option="cpu.topology", hint="Add it."
            )
        )
    return [
        *errors,
        *_one_by_one(wanted, now),
        *_paths(now),
        *_allocations(wanted),
        *_pins(wanted, most),
    ]


def _pins(wanted: Mapping[str, Any], most: int | None) -> list[VmrtError]:
    """libvirt forgets what is said of CPUs that the vm has no room for."""
    tune = wanted.get("cpu_tune") or {}
    named = [(f"vcpu_pins[{pin['vcpu']}]", {pin["vcpu"]}) for pin in tune.get("vcpu_pins", ())]
    for name in ("cache_tunes", "memory_bandwidths"):
        for place, one in enumerate(tune.get(name, ())):
            named.append((f"{name}[{place}].vcpus", numbers(one["vcpus"])))
    return [
        VmrtError(
            f"speaks of CPU {max(cpus)}, and the vm has room for {most}, from 0 to {most - 1}",
            option=f"cpu_tune.{label}",
            hint="Leave it out, or raise max_vcpus.",
        )
        for label, cpus in named
        if most and max(cpus) >= most
    ]


def _one_by_one(wanted: Mapping[str, Any], now: Mapping[str, Any]) -> list[VmrtError]:
    listed = now.get("vcpu_list")
    if not listed or not {"vcpus", "max_vcpus", "vcpu_list"} & set(wanted):
        return []
    enabled = sum(1 for one in listed if one["enabled"])
    if (len(listed), enabled) == (now.get("max_vcpus"), now.get("vcpus")):
        return []
    return [
        VmrtError(
            f"names {len(listed)} CPUs, of which {enabled} are enabled, and the vm has "
            f"{now.get('vcpus')} of {now.get('max_vcpus')}",
            option="vcpu_list",
            hint="Change the list together with vcpus and max_vcpus.",
        )
    ]


def _paths(now: Mapping[str, Any]) -> list[VmrtError]:
    cpu = now.get("cpu") or {}
    return [
        VmrtError("needs NUMA cells", option=f"cpu.{name}", hint="Give cpu.numa_cells.")
        for name in ("latencies", "bandwidths")
        if cpu.get(name) and not cpu.get("numa_cells")
    ]


def _allocations(wanted: Mapping[str, Any]) -> list[VmrtError]:
    tune = wanted.get("cpu_tune") or {}
    return [
        VmrtError(
            f"says nothing of the CPUs {one['vcpus']}",
            option=f"cpu_tune.{name}",
            hint=f"Give {what} or monitors.",
        )
        for name, what in (("cache_tunes", "caches"), ("memory_bandwidths", "nodes"))
        for one in tune.get(name, ())
        if not one.get(what) and not one.get("monitors")
    ]
