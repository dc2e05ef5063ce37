# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that is written beside its final path and appears there complete, or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import FileIO
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.marks import get_mark, set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_MIB = 2**20
_ORIGIN = "origin"
_MORE = "more than what is"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class PartFile:
    """A hidden file on its way to ``destination``; until then only its owner can read it."""

    def __init__(self, file: FileIO, path: str, destination: str):
        self._file = file
        self.path = path
        self.destination = destination
        # Does it outlive a failure, for the next run to go on with?
        self.kept = False

    @property
    def size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    @property
    def origin(self) -> dict[str, Any]:
        """What was noted of where it comes from."""
        return get_mark(self._file.fileno(), _ORIGIN)

    def fileno(self) -> int:
        return self._file.fileno()

    def note(self, origin: Mapping[str, Any]) -> None:
        """Remember where it comes from, for a run that goes on with it."""
        set_mark(self._file.fileno(), _ORIGIN, origin)

    def cut(self, size: int = 0) -> None:
        """Drop what is behind ``size`` bytes; what is written next follows them."""
        with storing(self.destination):
            self._file.truncate(size)
            self._file.seek(size)

    def read(self, chunk: int) -> Iterator[bytes]:
        """All that is there."""
        with storing(self.destination):
            self._file.seek(0)
            yield from iter(lambda: self._file.read(chunk) or b"", b"")

    def write(self, chunk: bytes) -> None:
        """Append all of ``chunk``. Raises VmrtError if there is no room."""
        rest = memoryview(chunk)
        with storing(self.destination):
            while rest:
                rest = rest[self._file.write(rest) :]

    def write_sparse(self, chunk: bytes) -> None:
        """Append ``chunk``; what is only zeros takes no room. ``close_hole`` has to follow."""
        if chunk.count(0) == len(chunk):
            self._file.seek(len(chunk), os.SEEK_CUR)
        else:
            self.write(chunk)

    def close_hole(self) -> None:
        """Be as long as all that was written, zeros at the end included."""
        self.cut(self._file.tell())

    def make_room(self, size: int) -> None:
        """Raise VmrtError unless so many more bytes fit in."""
        free = self._free()
        if size > free:
            needed = f"{size // _MIB} MiB more, and {free // _MIB} MiB are"
            raise _no_room(self.destination, needed)

    def full(self) -> None:
        """Raise VmrtError if that is why another program could not write to it."""
        if self._free() < _MIB:
            raise _no_room(self.destination, _MORE)

    def _free(self) -> int:
        with storing(self.destination):
            disk = os.fstatvfs(self._file.fileno())
        return disk.f_bavail * disk.f_frsize

    def arrive(self, mode: int = 0o644) -> None:
        """Appear at the destination, in the place of what was there, once all is on the disk."""
        with storing(self.destination):
            os.fchmod(self._file.fileno(), mode)
            os.fsync(self._file.fileno())
            os.rename(self.path, self.destination)
            _sync_folder(os.path.dirname(self.destination))


@contextmanager
def part_file(destination: str, *, resume: bool = False) -> Iterator[PartFile]:
    """A PartFile for ``destination``, an absolute path: empty, or, to ``resume``, with what an
    earlier run left in it. It is gone at the end if it has not arrived and is not kept.

    Raises VmrtError that names ``destination``, also if another run is writing the same file.
    """
    _split(destination)
    path = part_path(destination)
    with storing(destination):
        # Of a run that was killed the file is still there; of one that runs, it is locked.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        # Unbuffered: closing must have nothing left to write, and so nothing left to fail.
        file = FileIO(os.open(path, flags, 0o600), "r+")
    with file:
        _lock(file, path)
        part = PartFile(file, path, destination)
        try:
            with storing(destination):
                os.fchmod(file.fileno(), 0o600)
            if not resume:
                part.cut()
            yield part
        finally:
            if not part.kept and _is_at(file, path):
                os.unlink(path)


@contextmanager
def stage(part: PartFile, name: str) -> Iterator[PartFile]:
    """Another file on the way to the same place, empty and gone at the end if it has not arrived;
    ``part`` keeps other runs away."""
    path = f"{part.path}.{name}"
    with storing(part.destination):
        # What a program of a killed run still writes to is another file from now on.
        drop_stages(part, name)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = FileIO(os.open(path, flags, 0o600), "r+")
    with file:
        try:
            yield PartFile(file, path, part.destination)
        finally:
            if _is_at(file, path):
                os.unlink(path)


def drop_stages(part: PartFile, *names: str) -> None:
    """Remove what a killed run left."""
    for name in names:
        with suppress(FileNotFoundError):
            os.unlink(f"{part.path}.{name}")


@contextmanager
def storing(destination: str) -> Iterator[None]:
    """What goes wrong with the disk below ``destination`` is told as VmrtError."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise _no_room(destination, _MORE) from error
        raise VmrtError(
            f"can't write in {os.path.dirname(destination)}: {error.strerror}",
            option="destination",
        ) from error


def _no_room(destination: str, needed: str) -> VmrtError:
    return VmrtError(
        f"can't write in {os.path.dirname(destination)}: it takes {needed} free",
        option="destination",
        hint="Nothing was kept. Make room in the pool, and run again.",
    )


def part_path(destination: str) -> str:
    """Where a file is until it arrives at ``destination``."""
    folder, name = os.path.split(destination)
    return os.path.join(folder, f".{name}.part")


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


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
