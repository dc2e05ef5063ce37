# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a catalogue of backups: FOLDER/VM/BACKUP with backup.json, definition.xml, one
qcow2 file for each disk, and nvram.fd with what UEFI stores. They can be read without us."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import inspect
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qcow2 import backing_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.regular_file import regular_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import LostRace, VmrtError

ENTRY, DEFINITION, NVRAM = "backup.json", "definition.xml", "nvram.fd"
_LOCK = ".lock"
_CHUNK = 2**20
# Nobody needs a longer entry.
_LONGEST = 2**20
# What may be the name of a vm or a backup: nothing that leads out of the catalogue.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")


@dataclass(frozen=True)
class FileSeen:
    """A file of a backup. ``refers_to`` tells which other file a qcow2 one would open, and
    ``trouble`` why it is no such file."""

    size: int
    refers_to: str | None = None
    trouble: str | None = None


@dataclass(frozen=True)
class BackupSeen:
    """The folder of a backup. One without an ``entry`` did not come to its end."""

    vm: str
    name: str
    entry: str | None
    files: dict[str, FileSeen] = field(default_factory=dict)


def refers_to(parent: str, file: str) -> str:
    """What is told of a file that rests on that of the backup before."""
    return backing_file(rests_on(parent, file).encode())


def rests_on(parent: str, file: str) -> str:
    """How a file names the one that it rests on, wherever the catalogue is moved to."""
    return f"../{parent}/{file}"


def listed(folder: str, vm: str | None = None) -> list[BackupSeen]:
    """All backups in a folder, or those of a vm."""
    vms = [vm] if vm else _folders(folder)
    return [
        _backup(folder, one, name) for one in vms for name in _folders(os.path.join(folder, one))
    ]


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            # A link could lead anywhere.
            found = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise VmrtError(f"can't read {path}: {error.strerror}", option="folder") from error
    return sorted(name for name in found if _NAME.fullmatch(name))


def _backup(folder: str, vm: str, name: str) -> BackupSeen:
    path = os.path.join(folder, vm, name)
    entry, files = None, {}
    with os.scandir(path) as found:
        for one in found:
            if one.name == ENTRY:
                entry = _text(one.path)
            elif one.is_file(follow_symlinks=False):
                files[one.name] = _file(one.path)
    return BackupSeen(vm, name, entry, files)


def _text(path: str) -> str:
    with regular_file(path, "folder") as (file, _size):
        return file.read(_LONGEST).decode(errors="replace")


def _file(path: str) -> FileSeen:
    size = os.stat(path, follow_symlinks=False).st_size
    if not path.endswith(".qcow2"):
        return FileSeen(size)
    try:
        header = inspect(path)
    except VmrtError as error:
        return FileSeen(size, trouble=error.message)
    trouble = [] if header.format == "qcow2" else ["it is no qcow2 file"]
    trouble += ["it would read another data file"] if header.has_data_file else []
    trouble += header.defects
    return FileSeen(size, header.refers_to, "; ".join(trouble) or None)


def capacity(path: str) -> int:
    """Bytes of the disk that a qcow2 file holds."""
    return inspect(path).virtual_size or 0


def digest(path: str) -> str:
    """The SHA-256 of a file."""
    told = hashlib.sha256()
    with regular_file(path, "folder") as (file, _size):
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            told.update(chunk)
    return told.hexdigest()


def content(path: str) -> bytes:
    """All that is in a small file."""
    with regular_file(path, "vm") as (file, _size):
        return file.read()


def begin(folder: str, vm: str, name: str) -> str:
    """The new, empty folder of a backup, through which only those pass who know what is in it."""
    path = os.path.join(folder, vm, name)
    with _told(path):
        os.mkdir(path, 0o700)
        os.chmod(path, 0o711)
    return path


def keep(path: str, content: bytes) -> None:
    """Write a file of a backup, which is there whole or not at all."""
    with part_file(path) as file:
        file.write(content)
        file.arrive(0o600)


def settle(path: str) -> None:
    """Have a file that QEMU wrote on the disk, and for us alone."""
    with _told(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fchown(descriptor, os.geteuid(), os.getegid())
            os.fchmod(descriptor, 0o600)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove(folder: str, vm: str, name: str) -> None:
    """Remove a backup; first its entry, without which it is none."""
    path = os.path.join(folder, vm, name)
    with _told(path):
        entry = os.path.join(path, ENTRY)
        if os.path.lexists(entry):
            os.unlink(entry)
        if os.path.lexists(path):
            shutil.rmtree(path)


@contextmanager
def alone(folder: str, vm: str) -> Iterator[None]:
    """Be the only run that changes the backups of a vm. Raises LostRace where one is at it."""
    path = os.path.join(folder, vm)
    with _told(path):
        if not os.path.isdir(path):
            os.mkdir(path)
            os.chmod(path, 0o711)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(os.path.join(path, _LOCK), flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise LostRace(
            f"another run changes the backups of '{vm}' in {folder}",
            option="vm",
            hint="Wait for it and run again.",
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VmrtError(f"can't write {path}: {error.strerror}", option="folder") from error
