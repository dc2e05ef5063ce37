# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The header of a VDI image (QEMU's block/vdi.c), for what QEMU does not look at."""

from __future__ import annotations

import struct

# Of the bytes from 0x154 on: where its data begin, its size, the size of its blocks, how many of
# them it has.
_HEADER = struct.Struct("<4xI20xQI8xI")
_AT = 0x154
_TYPE_AT = 0x4C
_WHOLE = (1, 2)


def vdi_defects(head: bytes, file_size: int) -> tuple[str, ...]:
    """What is wrong with the image that begins with ``head``."""
    if len(head) < _AT + _HEADER.size:
        return ("its header is cut off",)
    begin, _size, block, blocks = _HEADER.unpack_from(head, _AT)
    (kind,) = struct.unpack_from("<I", head, _TYPE_AT)
    if kind not in _WHOLE:
        return ("it needs what is below it",)
    # QEMU reads what is cut off as zeros.
    return ("it is cut off",) if begin + block * blocks > file_size else ()
