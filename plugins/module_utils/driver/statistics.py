# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's statistics of vms, which one call tells of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Counted
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units

_NANO = 1e-9
# Our names, libvirt's names, and how many of our units one of libvirt's is,
# where they differ.
_VM = (
    ("cpu_seconds", "cpu.time", _NANO),
    ("cpu_user_seconds", "cpu.user", _NANO),
    ("cpu_system_seconds", "cpu.system", _NANO),
    ("vcpus", "vcpu.current", None),
    ("memory", "balloon.current", units.KIB),
    ("memory_resident", "balloon.rss", units.KIB),
    ("memory_available", "balloon.available", units.KIB),
    ("memory_unused", "balloon.unused", units.KIB),
    ("memory_usable", "balloon.usable", units.KIB),
)
_DISK = (
    ("target", "name", None),
    ("path", "path", None),
    ("read_bytes", "rd.bytes", None),
    ("read_requests", "rd.reqs", None),
    ("read_seconds", "rd.times", _NANO),
    ("written_bytes", "wr.bytes", None),
    ("write_requests", "wr.reqs", None),
    ("write_seconds", "wr.times", _NANO),
    ("flush_requests", "fl.reqs", None),
    ("capacity", "capacity", None),
    ("allocation", "allocation", None),
    ("physical", "physical", None),
)
_NIC = (
    ("device", "name", None),
    ("received_bytes", "rx.bytes", None),
    ("received_packets", "rx.pkts", None),
    ("receive_errors", "rx.errs", None),
    ("receive_drops", "rx.drop", None),
    ("sent_bytes", "tx.bytes", None),
    ("sent_packets", "tx.pkts", None),
    ("send_errors", "tx.errs", None),
    ("send_drops", "tx.drop", None),
)


def counted(connection: Any, name: str | None, states: tuple[str, ...]) -> Iterator[Counted]:
    """What is known of one vm, or of all. Nobody is waited for: of a vm that is busy, libvirt
    tells what it has at hand."""
    flags = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT
    if name is None:
        told = connection.getAllDomainStats(0, flags)
    else:
        told = connection.domainListGetStats([connection.lookupByName(name)], 0, flags)
    for domain, values in told:
        yield Counted(
            domain.name(), domain.UUIDString(), states[values["state.state"]], _values(values)
        )


def _values(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **_picked(told, "", _VM),
        **_vcpu_seconds(told),
        "disks": list(_each(told, "block", _DISK)),
        "nics": list(_each(told, "net", _NIC)),
    }


def _vcpu_seconds(told: Mapping[str, Any]) -> dict[str, float]:
    """libvirt tells it of each CPU; their numbers may have gaps."""
    times = [told.get(f"vcpu.{number}.time") for number in range(told.get("vcpu.maximum", 0))]
    known = [one for one in times if one is not None]
    return {"vcpu_seconds": round(sum(known) * _NANO, 6)} if known else {}


def _each(told: Mapping[str, Any], kind: str, fields: Any) -> Iterator[dict[str, Any]]:
    for number in range(told.get(f"{kind}.count", 0)):
        yield _picked(told, f"{kind}.{number}.", fields)


def _picked(told: Mapping[str, Any], prefix: str, fields: Any) -> dict[str, Any]:
    return {
        name: told[prefix + key] if factor is None else round(told[prefix + key] * factor, 6)
        for name, key, factor in fields
        if prefix + key in told
    }
