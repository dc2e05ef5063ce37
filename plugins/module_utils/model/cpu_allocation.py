# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What CPUs of a vm get of the node's caches and of the way to its memory."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Schema,
    said,
)


def _restart(name: str, doc: str, at: str, **more: Any) -> Field:
    return Field(name, doc, at=at, apply=Apply.RESTART, **more)


def _number(name: str, doc: str) -> Field:
    return _restart(
        name, doc, f"@{name}", type="int", codec=codec.INT, check=names.not_negative, required=True
    )


def _vcpus() -> Field:
    return _restart(
        "vcpus", "CPUs of the guest, such as V(0-3).", "@vcpus", codec=codec.CPUS, required=True
    )


_CACHE = Schema(
    name="allocated_cache",
    doc="A part of a cache.",
    fields=(
        _number("id", "Number of the cache."),
        _number("level", "Level of the cache."),
        _restart(
            "type",
            "What the part holds.",
            "@type",
            choices=("both", "code", "data"),
            required=True,
        ),
        _restart("size", "Size of the part.", "@size", codec=codec.MEMORY_UNIT, required=True),
    ),
)

_CACHE_MONITOR = Schema(
    name="cache_monitor",
    doc="CPUs whose use of a cache is counted.",
    fields=(_number("level", "Level of the cache."), _vcpus()),
)

_CACHE_TUNE = Schema(
    name="cache_tune",
    doc="Parts of the node's caches that some CPUs of the guest have for themselves.",
    fields=(
        _vcpus(),
        _restart("caches", _CACHE.doc, "cache", of=_CACHE, many=True),
        _restart("monitors", _CACHE_MONITOR.doc, "monitor", of=_CACHE_MONITOR, many=True),
    ),
)

_NODE = Schema(
    name="bandwidth_node",
    doc="The way to the memory of one NUMA node.",
    fields=(
        _number("id", "Number of the node."),
        _number("bandwidth", "Share of its bandwidth, in percent."),
    ),
)

_MEMORY_MONITOR = Schema(
    name="memory_monitor",
    doc="CPUs whose use of memory is counted.",
    fields=(_vcpus(),),
)

_MEMORY_BANDWIDTH = Schema(
    name="memory_bandwidth",
    doc="How much of the way to the node's memory some CPUs of the guest may take.",
    fields=(
        _vcpus(),
        _restart("nodes", _NODE.doc, "node", of=_NODE, many=True),
        _restart("monitors", _MEMORY_MONITOR.doc, "monitor", of=_MEMORY_MONITOR, many=True),
    ),
)

CPU_ALLOCATION = (
    _restart("cache_tunes", _CACHE_TUNE.doc, "cachetune", of=_CACHE_TUNE, many=True, same=said),
    _restart(
        "memory_bandwidths",
        _MEMORY_BANDWIDTH.doc,
        "memorytune",
        of=_MEMORY_BANDWIDTH,
        many=True,
        same=said,
    ),
)
