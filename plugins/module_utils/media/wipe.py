# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Overwrites what a file holds."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

_CHUNK = 2**20


def wipe(path: str) -> None:
    """Write zeros over all of a file that has room on its disk; its holes stay."""
    file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        zeros = memoryview(bytes(_CHUNK))
        for start, end in _extents(file):
            while start < end:
                start += os.pwrite(file, zeros[: end - start], start)
        os.fsync(file)
    finally:
        os.close(file)


def _extents(file: int) -> Iterator[tuple[int, int]]:
    """Where the data of a file begins and ends."""
    end = 0
    while True:
        try:
            start = os.lseek(file, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = os.lseek(file, start, os.SEEK_HOLE)
        yield start, end
