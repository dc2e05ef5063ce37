# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The header of a qcow2 image, read without trusting it (QEMU's docs/interop/qcow2.rst)."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass

_V2 = struct.Struct(">4sIQIIQIIQQIIQ")
_V3 = struct.Struct(">QQQII")
_V3_LENGTH = _V2.size + _V3.size

_CORRUPT, _DATA_FILE, _KNOWN_FEATURES = 1 << 1, 1 << 2, 0b11111
_END, _BACKING_FORMAT, _DATA_FILE_NAME = 0, 0xE2792ACA, 0x44415441
_MAX_L1_SIZE = 32 * 2**20 // 8
# A name shown to people is cut here; QEMU's own limit is 1023.
_SHOWN = 200


@dataclass(frozen=True)
class Qcow2:
    """What a header says. ``virtual_size`` is in bytes; ``refers_to`` is a file it would open."""

    virtual_size: int | None = None
    refers_to: str | None = None
    encrypted: bool = False
    defects: tuple[str, ...] = ()
    has_data_file: bool = False
    # What is written there of the file below it, in full.
    backing: str | None = None


def parse_qcow2(head: bytes, file_size: int) -> Qcow2:
    """Read the header at the start of ``head``; what is wrong with it is in ``defects``."""
    if len(head) < _V2.size:
        return Qcow2(defects=("its header is cut off",))
    (
        _magic,
        version,
        backing_offset,
        backing_size,
        cluster_bits,
        virtual_size,
        crypt_method,
        l1_size,
        l1_offset,
        refcount_offset,
        refcount_clusters,
        _snapshots,
        _snapshots_offset,
    ) = _V2.unpack_from(head)
    if version not in (2, 3):
        return Qcow2(defects=(f"its qcow2 version is {version}; 2 and 3 exist",))
    if not 9 <= cluster_bits <= 21:
        return Qcow2(defects=(f"its cluster size is 2^{cluster_bits} bytes; 2^9 to 2^21 exist",))

    cluster_size = 1 << cluster_bits
    defects: list[str] = []
    features, header_length = 0, _V2.size
    if version == 3:
        if len(head) < _V3_LENGTH:
            return Qcow2(defects=("its header is cut off",))
        features, *_rest, refcount_order, header_length = _V3.unpack_from(head, _V2.size)
        if header_length < _V3_LENGTH or header_length % 8 or header_length > cluster_size:
            return Qcow2(defects=(f"its header length {header_length} is impossible",))
        if refcount_order > 6:
            defects.append(f"its refcount order {refcount_order} is impossible")
    if features & ~_KNOWN_FEATURES:
        defects.append("it needs features that are not known")
    if features & _CORRUPT:
        defects.append("it is marked as corrupt")
    if l1_size > _MAX_L1_SIZE:
        defects.append("its L1 table is larger than QEMU allows")
    # QEMU reads what is cut off as zeros: a truncated L1 table is an empty disk to it, not damage.
    for table, offset, length in (
        ("L1", l1_offset, 8 * l1_size),
        ("refcount", refcount_offset, refcount_clusters * cluster_size),
    ):
        if offset % cluster_size:
            defects.append(f"its {table} table is not at the start of a cluster")
        elif offset == 0 or offset + length > file_size:
            defects.append(f"its {table} table is not inside the file")

    extensions = _extensions(head[:cluster_size], header_length)
    if extensions is None:
        defects.append("its header extensions run past the header")
        extensions = {}
    refers_to = None
    if backing_offset or _BACKING_FORMAT in extensions:
        name = head[backing_offset : backing_offset + min(backing_size, _SHOWN)]
        refers_to = backing_file(name)
    elif features & _DATA_FILE or _DATA_FILE_NAME in extensions:
        refers_to = f"the data file {_shown(extensions.get(_DATA_FILE_NAME, b''))}"
    has_data_file = bool(features & _DATA_FILE) or _DATA_FILE_NAME in extensions
    backing = head[backing_offset : backing_offset + backing_size] if backing_offset else b""
    return Qcow2(
        virtual_size,
        refers_to,
        bool(crypt_method),
        tuple(defects),
        has_data_file,
        os.fsdecode(backing) or None,
    )


def backing_file(name: bytes) -> str:
    """How a reference to a backing file is told."""
    return f"the backing file {_shown(name)}"


def _extensions(header: bytes, offset: int) -> dict[int, bytes] | None:
    """The header extensions by their type, or None if the list doesn't end inside the header."""
    found: dict[int, bytes] = {}
    while offset + 8 <= len(header):
        kind, length = struct.unpack_from(">II", header, offset)
        if kind == _END:
            return found
        found[kind] = header[offset + 8 : offset + 8 + length]
        offset += 8 + (length + 7) // 8 * 8
    return None


def _shown(name: bytes) -> str:
    """An untrusted name, in plain printable characters."""
    return ascii(name[:_SHOWN].decode("utf-8", "replace"))
