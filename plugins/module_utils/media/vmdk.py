# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The header of a VMDK image, read without trusting it (QEMU's block/vmdk.c).

Its descriptor is text that can name any file of the host as a part of the disk, or as what is
below it. QEMU follows it where a disk is only a descriptor, or a header has no capacity.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

_HEADER = struct.Struct("<4sIIQQQQ")
_SECTOR = 512
# Where QEMU looks for what is below, whatever the header says, and how far.
_AT, _LENGTH = 0x200, 20 * _SECTOR
_WHOLE = ("monolithicSparse", "streamOptimized")
_KIND = re.compile(rb'^\s*createType\s*=\s*"?([A-Za-z0-9]+)"?', re.MULTILINE)
_PARENT = b"parentFileNameHint"


@dataclass(frozen=True)
class Vmdk:
    """What a header says. ``virtual_size`` is in bytes; ``refers_to`` is a file it would open."""

    virtual_size: int | None = None
    refers_to: str | None = None
    defects: tuple[str, ...] = ()


def parse_vmdk(head: bytes) -> Vmdk:
    """Read the header at the start of ``head``; what is wrong with it is in ``defects``."""
    if not head.startswith(b"KDMV"):
        return Vmdk(refers_to="other files, of which it is a list,")
    if len(head) < _HEADER.size:
        return Vmdk(defects=("its header is cut off",))
    (
        _magic,
        _version,
        _flags,
        capacity,
        _granularity,
        place,
        length,
    ) = _HEADER.unpack_from(head)
    if capacity == 0:
        return Vmdk(refers_to="other files, of which it is a list,")
    begin, end = place * _SECTOR, (place + length) * _SECTOR
    if end > len(head):
        return Vmdk(defects=("its descriptor is not at its start",))
    text = head[begin:end] + b"\n" + head[_AT : _AT + _LENGTH]
    kinds = {found.decode() for found in _KIND.findall(text)}
    refers_to = "what is below it" if _PARENT in text else None
    defects = tuple(f"it is a VMDK of the kind {kind}" for kind in sorted(kinds - {*_WHOLE}))
    return Vmdk(capacity * _SECTOR, refers_to, defects)
