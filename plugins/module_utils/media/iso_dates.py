# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes the clock and the time zone out of an ISO 9660 image (ECMA-119, RRIP)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SECTOR = 2048
_FIRST_DESCRIPTOR, _TERMINATOR, _WITH_TREE = 16, 255, (1, 2)
_ROOT_RECORD = 156
# Offsets of creation, modification and effective date; the expiration date is unset as it is.
_VOLUME_DATES = (813, 830, 864)

# 1980-01-01 00:00:00 UTC: the oldest moment that every file system can hold.
_VOLUME_DATE = b"1980010100000000" + b"\0"
_RECORD_DATE = bytes((80, 1, 1, 0, 0, 0, 0))


def freeze_dates(image: bytes) -> bytes:
    """``image`` (its files all in the root folder) with each date set to 1980-01-01 UTC."""
    frozen = bytearray(image)
    for descriptor in _descriptors(image):
        for offset in _VOLUME_DATES:
            _put(frozen, descriptor + offset, _VOLUME_DATE)
        _freeze_record(frozen, descriptor + _ROOT_RECORD)
        (extent,) = struct.unpack_from("<I", image, descriptor + _ROOT_RECORD + 2)
        (length,) = struct.unpack_from("<I", image, descriptor + _ROOT_RECORD + 10)
        for record in _records(image, extent * _SECTOR, length):
            _freeze_record(frozen, record)
    return bytes(frozen)


def _descriptors(image: bytes) -> Iterator[int]:
    """Offsets of the volume descriptors that lead to a folder: ISO 9660's and Joliet's."""
    offset = _FIRST_DESCRIPTOR * _SECTOR
    while image[offset] != _TERMINATOR:
        if image[offset] in _WITH_TREE:
            yield offset
        offset += _SECTOR


def _records(image: bytes, start: int, length: int) -> Iterator[int]:
    offset = start
    # The rest of a folder's last sector is zero, and our few names never fill a first one.
    while offset < start + length and image[offset]:
        yield offset
        offset += image[offset]


def _freeze_record(image: bytearray, record: int) -> None:
    _put(image, record + 18, _RECORD_DATE)
    name_length = image[record + 32]
    entry = record + 33 + name_length + (name_length + 1) % 2
    while entry + 4 <= record + image[record] and image[entry + 2]:
        if image[entry : entry + 2] == b"TF":
            stamps = (image[entry + 2] - 5) // len(_RECORD_DATE)
            _put(image, entry + 5, _RECORD_DATE * stamps)
        entry += image[entry + 2]


def _put(image: bytearray, offset: int, value: bytes) -> None:
    image[offset : offset + len(value)] = value
