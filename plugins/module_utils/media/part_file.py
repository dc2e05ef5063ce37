# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that is written beside its final path and appears there complete, or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


class PartFile:
    """A hidden file on its way to ``destination``; until then only its owner can read it."""

    def __init__(self, file: FileIO, path: str, destination: str):
        self._file = file
        self.path = path
        self.destination = destination

    def write(self, chunk: bytes) -> None:
        """Append all of ``chunk``. Raises VmrtError if there is no room."""
        rest = memoryview(chunk)
        with _storing(self.destination):
            while rest:
                rest = rest[self._file.write(rest) :]

    def arrive(self, mode: int = 0o644) -> None:
        """Appear at the destination, in the place of what was there, once all is on the disk."""
        with _storing(self.destination):
            os.fchmod(self._file.fileno(), mode)
            os.fsync(self._file.fileno())
            os.rename(self.path, self.destination)
            _sync_folder(os.path.dirname(self.destination))


@contextmanager
def part_file(destination: str) -> Iterator[PartFile]:
    """An empty PartFile for ``destination``, an absolute path; gone at the end if not arrived.

    Raises VmrtError that names ``destination``, also if another run is writing the same file.
    """
    folder, name = _split(destination)
    path = os.path.join(folder, f".{name}.part")
    with _storing(destination):
        # Of a run that was killed the file is still there; of one that runs, it is locked.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        # Unbuffered: closing must have nothing left to write, and so nothing left to fail.
        file = FileIO(os.open(path, flags, 0o600), "r+")
    with file:
        _lock(file, path)
        try:
            with _storing(destination):
                os.fchmod(file.fileno(), 0o600)
                file.truncate(0)
            yield PartFile(file, path, destination)
        finally:
            if _is_at(file, path):
                os.unlink(path)


def _split(destination: str) -> tuple[str, str]:
    folder, name = os.path.split(destination)
    if not os.path.isabs(destination) or "\0" in name or name in ("", ".", ".."):
        raise VmrtError(f"{destination!r} is not an absolute file name", option="destination")
    if not os.path.isdir(folder):
        raise VmrtError(f"the folder {folder} does not exist", option="destination")
    if os.path.isdir(destination):
        raise VmrtError(f"{destination} is a folder", option="destination")
    return folder, name


def _lock(file: FileIO, path: str) -> None:
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        locked = True
    except OSError:
        locked = False
    # Between open and lock another run may have renamed it: then it is a finished file.
    if not locked or not _is_at(file, path):
        raise VmrtError(
            f"{path} is in use: another run is writing the same file",
            option="destination",
            hint="Wait for it and run again.",
        )


def _is_at(file: FileIO, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.lstat(path))
    except FileNotFoundError:
        return False


@contextmanager
def _storing(destination: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VmrtError(
            f"can't write in {os.path.dirname(destination)}: {error.strerror}",
            option="destination",
        ) from error


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
