# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's calls that set tunables of a running vm, by the name that options use for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec, tree

Settings = Mapping[str, Any]


def tune(domain: Any, call: str, target: str | None, settings: Settings) -> None:
    """Set tunables of a running vm, or of its disk ``target``."""
    CALLS[call](domain, target, settings, libvirt.VIR_DOMAIN_AFFECT_LIVE)


def _scheduler(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setSchedulerParametersFlags(dict(settings), flags)


def _block_io(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.setBlockIoTune(target, dict(settings), flags)


def _text(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    kinds = {
        "title": libvirt.VIR_DOMAIN_METADATA_TITLE,
        "description": libvirt.VIR_DOMAIN_METADATA_DESCRIPTION,
    }
    for name, text in settings.items():
        domain.setMetadata(kinds[name], text, None, None, flags)


def _libosinfo(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    root = tree.new("libosinfo")
    tree.ensure(root, "os/@id").put(settings["id"])
    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
    space = tree.NSMAP["libosinfo"]
    domain.setMetadata(kind, tree.render(root), "libosinfo", space, flags)


def _lifecycle(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    for event, action in settings.items():
        word = action.replace("-", "_").upper()
        kind = getattr(libvirt, f"VIR_DOMAIN_LIFECYCLE_{event.upper()}")
        what = getattr(libvirt, f"VIR_DOMAIN_LIFECYCLE_ACTION_{word}")
        domain.setLifecycleAction(kind, what, flags)


def _kibibytes(settings: Settings) -> dict[str, int]:
    return {name: size // 1024 for name, size in settings.items()}


def _memory_limits(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setMemoryParameters(_kibibytes(settings), flags)


def _block_weight(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setBlkioParameters(dict(settings), flags)


def _block_device(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    limits = {_DEVICE_LIMITS[name]: f"{target},{limit}" for name, limit in settings.items()}
    domain.setBlkioParameters(limits, flags)


# libvirt's names of what a vm gets of one block device.
_DEVICE_LIMITS = {
    "weight": "device_weight",
    "read_iops": "device_read_iops_sec",
    "write_iops": "device_write_iops_sec",
    "read_bytes": "device_read_bytes_sec",
    "write_bytes": "device_write_bytes_sec",
}


def _numa(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setNumaParameters({"numa_nodeset": settings["nodes"]}, flags)


def _balloon(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.setMemoryStatsPeriod(settings["period"], flags)


def _vcpu_pin(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.pinVcpuFlags(int(target or 0), _bits(domain, settings["cpus"]), flags)


def _emulator_pin(domain: Any, _target: str | None, settings: Settings, flags: int) -> None:
    domain.pinEmulator(_bits(domain, settings["cpus"]), flags)


def _iothread_pin(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.pinIOThread(int(target or 0), _bits(domain, settings["cpus"]), flags)


def _io_thread(domain: Any, target: str | None, settings: Settings, flags: int) -> None:
    domain.setIOThreadParams(int(target or 0), dict(settings), flags)


def _bits(domain: Any, cpus: str) -> tuple[bool, ...]:
    """A set of CPUs as libvirt's calls take it: one bit for each CPU of the node."""
    named = set(codec.numbers(cpus))
    most = domain.connect().getCPUMap()[0]
    return tuple(number in named for number in range(max(most, *(one + 1 for one in named))))


CALLS: dict[str, Callable[[Any, str | None, Settings, int], None]] = {
    "scheduler": _scheduler,
    "block_io": _block_io,
    "text": _text,
    "libosinfo": _libosinfo,
    "lifecycle": _lifecycle,
    "memory_limits": _memory_limits,
    "block_weight": _block_weight,
    "block_device": _block_device,
    "numa": _numa,
    "balloon": _balloon,
    "vcpu_pin": _vcpu_pin,
    "emulator_pin": _emulator_pin,
    "iothread_pin": _iothread_pin,
    "io_thread": _io_thread,
}
# What tells whether a node can do it, without doing anything.
READS: dict[str, Callable[[Any], Any]] = {
    "scheduler": lambda domain: domain.schedulerParametersFlags(libvirt.VIR_DOMAIN_AFFECT_LIVE),
    "memory_limits": lambda domain: domain.memoryParameters(libvirt.VIR_DOMAIN_AFFECT_LIVE),
    "block_weight": lambda domain: domain.blkioParameters(libvirt.VIR_DOMAIN_AFFECT_LIVE),
    "block_device": lambda domain: domain.blkioParameters(libvirt.VIR_DOMAIN_AFFECT_LIVE),
    # Nothing tells of cgroups for memory nodes: they are there where the others are.
    "numa": lambda domain: domain.schedulerParametersFlags(libvirt.VIR_DOMAIN_AFFECT_LIVE),
}
