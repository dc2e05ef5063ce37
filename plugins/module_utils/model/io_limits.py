# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much a guest may read and write on a disk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

_WHAT = {"total": "read and written", "read": "read", "write": "written"}
_UNITS = {
    "bytes": "Bytes {what} in a second, as a number with a unit such as MiB",
    "iops": "Requests {what} in a second",
}


def _zero_is_none(wanted: Any, found: Any) -> bool:
    return bool(wanted == (found or 0))


def _limit(name: str, doc: str, place: str, unit: str) -> Field:
    return Field(
        name,
        doc,
        type="str" if unit == "bytes" else "int",
        at=place,
        codec=codec.RATE if unit == "bytes" else codec.LIMIT,
        apply=Apply.LIVE,
        via=f"block_io:{place}",
        same=_zero_is_none,
    )


def _limits(tail: str, doc: str, unit: str = "") -> Iterator[Field]:
    """An option for each unit, and for all together, reading and writing."""
    for kind, text in _UNITS.items():
        for word, what in _WHAT.items():
            said = doc.format(said=text.format(what=what), name=f"{word}_{kind}")
            yield _limit(f"{word}_{kind}{tail}", said, f"{word}_{kind}_sec{tail}", unit or kind)


IO_LIMITS = Schema(
    name="io_limits",
    doc="How much the guest may read and write on a disk, all together or reading and writing "
    "each. They are changed under a running vm.",
    fields=(
        *_limits("", "{said}; 0 is without a limit."),
        *_limits("_max", "{said}, for as long as a burst lasts; 0 allows none."),
        _limit(
            "size_iops",
            "Bytes that count as one request; a larger request counts as several.",
            "size_iops_sec",
            "number",
        ),
        Field(
            "group_name",
            "Name of the disks that share these limits.",
            at="group_name",
            check=names.word,
            apply=Apply.LIVE,
            via="block_io:group_name",
        ),
        *_limits("_max_length", "Seconds that a burst of {name}_max may last.", "seconds"),
    ),
)
