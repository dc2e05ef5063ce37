# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unpacks a compressed image, of which neither size nor memory is believed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.command import last_line, work_on
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    MAX_VIRTUAL_SIZE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import PartFile
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_CHUNK = 2**20
# What xz takes at its highest level is 65 MiB, zstd 128 MiB.
_MEMORY = 512 * 2**20


def unpack(packed: PartFile, kind: str, unpacked: PartFile, source: str) -> None:
    """Write what ``packed`` holds, compressed as UNPACKED says, to ``unpacked``; what is only zeros
    takes no room there. ``source`` is the name to show."""
    if kind == "zstd":
        _zstd(packed, unpacked, source)
        return
    done = 0
    for chunk in _told(_CONTENT[kind](packed.path), source):
        unpacked.write_sparse(chunk)
        done += len(chunk)
        if done > MAX_VIRTUAL_SIZE:
            raise VmrtError(f"{source} is refused: it is too large unpacked", option="source")
    unpacked.close_hole()


def _told(content: Iterator[bytes], source: str) -> Iterator[bytes]:
    import lzma

    try:
        yield from content
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise _damaged(source, str(error) or type(error).__name__) from error


def _damaged(source: str, cause: str) -> VmrtError:
    return VmrtError(
        f"{source} is refused: it can't be unpacked: {cause}",
        option="source",
        hint="Get the image again, and give its checksum.",
    )


def _zstd(packed: PartFile, unpacked: PartFile, source: str) -> None:
    """By the program: few versions of Python can do it."""
    command = ["zstd", "-d", "-q", "-c", "--sparse", f"--memory={_MEMORY}", packed.path]
    status, _said, complained = work_on(source, command, output=unpacked.fileno())
    if status:
        unpacked.full()
        raise _damaged(source, last_line(complained))


def _pieces(file: Any) -> Iterator[bytes]:
    with closing(file):
        yield from iter(lambda: file.read(_CHUNK), b"")


def _gzip(path: str) -> Iterator[bytes]:
    import gzip

    return _pieces(gzip.open(path))


def _bzip2(path: str) -> Iterator[bytes]:
    import bz2

    return _pieces(bz2.open(path))


def _xz(path: str) -> Iterator[bytes]:
    # LZMAFile would take as much memory as the file says.
    with open(path, "rb") as file:
        yield from _xz_streams(file)


def _xz_streams(file: BinaryIO) -> Iterator[bytes]:
    import lzma

    rest = file.read(_CHUNK)
    while rest:
        stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MEMORY)
        yield stream.decompress(rest, _CHUNK)
        while not stream.eof:
            hungry = bool(stream.needs_input)
            more = file.read(_CHUNK) if hungry else b""
            if hungry and not more:
                raise EOFError("it is cut off")
            yield stream.decompress(more, _CHUNK)
        # Zeros may follow, and other streams.
        rest = stream.unused_data.lstrip(b"\0")
        while not rest and (more := file.read(_CHUNK)):
            rest = more.lstrip(b"\0")


_CONTENT = {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz}
