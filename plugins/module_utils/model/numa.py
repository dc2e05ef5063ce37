# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NUMA as the guest sees it: cells of CPUs and memory, and how far they are apart."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Schema,
    said,
)


def _restart(name: str, doc: str, at: str, **more: Any) -> Field:
    return Field(name, doc, at=at, apply=Apply.RESTART, **more)


def _number(name: str, doc: str, at: str, **more: Any) -> Field:
    checks = {"check": names.not_negative, **more}
    return _restart(name, doc, at, type="int", codec=codec.INT, **checks)


def _cache_size(name: str, doc: str) -> Field:
    return _restart(name, doc, f"{name}/@value", codec=codec.BYTES_UNIT, required=True)


_DISTANCE = Schema(
    name="distance",
    doc="How far another cell is.",
    fields=(
        _number("cell", "Number of the other cell.", "@id", required=True),
        _number(
            "value",
            "Distance, from V(10) for the cell itself to V(255) for one out of reach.",
            "@value",
            required=True,
            check=limits.distance,
        ),
    ),
)

_CACHE = Schema(
    name="cell_cache",
    doc="A cache beside the memory of a cell.",
    fields=(
        _number("level", "Level of the cache.", "@level", required=True),
        _restart(
            "associativity",
            "How addresses find their place in it.",
            "@associativity",
            choices=("none", "direct", "full"),
            required=True,
        ),
        _restart(
            "policy",
            "When what is written reaches the memory.",
            "@policy",
            choices=("none", "writeback", "writethrough"),
            required=True,
        ),
        _cache_size("size", "Size of the cache."),
        _cache_size("line", "Size of one of its lines."),
    ),
)

_CELL = Schema(
    name="numa_cell",
    doc="A NUMA cell of the guest.",
    fields=(
        _number("id", "Number of the cell; without it, its place in the list.", "@id"),
        _restart("cpus", "CPUs of the guest that are in it.", "@cpus", codec=codec.CPUS),
        _restart(
            "memory",
            "Memory of the cell, as a number with the unit KiB, MiB or GiB, or of MiB without a "
            "unit.",
            "@memory",
            codec=codec.MEMORY_UNIT,
            required=True,
        ),
        _restart(
            "access",
            "Whether other programs see what the guest writes to it.",
            "@memAccess",
            choices=("shared", "private"),
        ),
        _restart(
            "discard",
            "Whether the node forgets the content as soon as the vm ends.",
            "@discard",
            type="bool",
            codec=codec.YES_NO,
        ),
        _restart(
            "distances", _DISTANCE.doc, "distances/sibling", of=_DISTANCE, many=True, same=said
        ),
        _restart("caches", _CACHE.doc, "cache", of=_CACHE, many=True),
    ),
)


def _path(*more: Field) -> tuple[Field, ...]:
    return (
        _number("initiator", "Cell whose CPUs ask.", "@initiator", required=True),
        _number("target", "Cell whose memory answers.", "@target", required=True),
        _number("cache", "Level of the cache that answers.", "@cache"),
        _restart(
            "type",
            "What is asked for.",
            "@type",
            choices=("access", "read", "write"),
            required=True,
        ),
        *more,
    )


_LATENCY = Schema(
    name="latency",
    doc="How long a cell waits for the memory of another.",
    fields=_path(_number("value", "Nanoseconds.", "@value", required=True)),
)

_BANDWIDTH = Schema(
    name="bandwidth",
    doc="How fast a cell reaches the memory of another.",
    fields=_path(
        _restart("value", "Size per second.", "@value", codec=codec.MEMORY_UNIT, required=True)
    ),
)

NUMA = (
    _restart(
        "numa_cells",
        "NUMA cells of the guest. The list is one value, in which what is not said of a cell "
        "is left alone.",
        "numa/cell",
        of=_CELL,
        many=True,
        same=said,
    ),
    _restart("latencies", _LATENCY.doc, "numa/interconnects/latency", of=_LATENCY, many=True),
    _restart(
        "bandwidths", _BANDWIDTH.doc, "numa/interconnects/bandwidth", of=_BANDWIDTH, many=True
    ),
)
