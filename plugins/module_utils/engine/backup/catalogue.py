# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A catalogue of backups as values: what its entries say, and whether its chains are whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import (
    DEFINITION,
    NVRAM,
    BackupSeen,
    FileSeen,
    refers_to,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import (
    FULL,
    INCREMENTAL,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_FORMAT = 1
_TARGET = re.compile(r"[a-z0-9_]{2,16}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
# Digest of a file of a backup, by the file's path.
Digest = Callable[[str], str]


@dataclass(frozen=True)
class BackupDisk:
    """A disk in a backup; sizes are in bytes, ``volume`` is pool and name. ``recorded`` tells that
    QEMU records what is written to it from then on."""

    name: str
    target: str
    kind: str
    capacity: int
    format: str
    volume: str | None
    recorded: bool
    size: int = 0
    sha256: str = ""

    @property
    def file(self) -> str:
        return f"{self.target}.qcow2"


@dataclass(frozen=True)
class Backup:
    """A backup; ``created`` is in seconds since 1970, ``definition`` the digest of that file, and
    ``nvram`` that of the file with what UEFI stores, where there is one."""

    vm: str
    name: str
    kind: str
    parent: str | None
    created: int
    uuid: str
    state: str
    quiesced: bool
    description: str | None
    checkpoint: str | None
    definition: str
    disks: tuple[BackupDisk, ...]
    nvram: str | None = None

    def disk(self, target: str) -> BackupDisk | None:
        return next((one for one in self.disks if one.target == target), None)

    def as_json(self) -> str:
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=2) + "\n"


class Catalogue:
    """The backups of one vm in a folder, those that were taken first at the beginning.

    An entry is not trusted: it may come from anywhere.
    """

    def __init__(self, folder: str, vm: str, seen: Iterable[BackupSeen]):
        self.folder, self.vm = folder, vm
        self._seen = {one.name: one for one in seen if one.vm == vm}
        # Why an entry is not understood.
        self.strange: dict[str, str] = {}
        found = []
        for one in self._seen.values():
            if one.entry is None:
                continue
            try:
                found.append(_backup(one))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                self.strange[one.name] = f"{one.name}/backup.json is not understood: {error}"
        self.backups = tuple(sorted(found, key=lambda one: (one.created, one.name)))
        self._known = {one.name: one for one in self.backups}

    @property
    def leftovers(self) -> list[str]:
        """The names of those that did not come to their end."""
        return [one.name for one in self._seen.values() if one.entry is None]

    def get(self, name: str | None) -> Backup | None:
        return self._known.get(name or "")

    def has(self, name: str) -> bool:
        """Is there an entry of that name, understood or not?"""
        return name in self._known or name in self.strange

    def path(self, name: str, file: str = "") -> str:
        return "/".join(filter(None, (self.folder, self.vm, name, file)))

    def chain(self, backup: Backup) -> list[Backup]:
        """A backup and those that it needs, the full one first, as far as they are there."""
        found = [backup]
        while found[0].kind == INCREMENTAL:
            parent = self.get(found[0].parent)
            if parent is None or parent in found:
                break
            found.insert(0, parent)
        return found

    def resting(self, name: str) -> list[str]:
        """The names of those that need a backup."""
        return [
            one.name
            for one in self.backups
            if one.name != name and any(link.name == name for link in self.chain(one))
        ]

    def problems(self, backup: Backup, digest: Digest | None = None) -> list[str]:
        """What breaks the chain of a backup, link by link."""
        chain = self.chain(backup)
        told = []
        if chain[0].kind == INCREMENTAL:
            told.append(f"{chain[0].parent}, which {chain[0].name} rests on, is missing")
            if chain[0].parent in self.strange:
                told = [self.strange[chain[0].parent or ""]]
        for link in chain:
            told += self._own(link, digest)
        return told

    def _own(self, one: Backup, digest: Digest | None) -> Iterator[str]:
        files = self._seen[one.name].files
        parent = self.get(one.parent)
        for file, expected in ((DEFINITION, one.definition), (NVRAM, one.nvram)):
            if expected is None:
                continue
            if file not in files:
                yield f"{one.name}/{file} is missing"
            elif digest and digest(self.path(one.name, file)) != expected:
                yield f"{one.name}/{file} has another digest"
        for disk in one.disks:
            link = f"{one.name}/{disk.file}"
            trouble = _wrong(one, disk, files.get(disk.file))
            if trouble:
                yield f"{link} {trouble}"
            elif disk.kind == INCREMENTAL and parent and parent.disk(disk.target) is None:
                yield f"{link} rests on a disk that is not in {one.parent}"
            elif digest and digest(self.path(one.name, disk.file)) != disk.sha256:
                yield f"{link} has another digest"


def _wrong(one: Backup, disk: BackupDisk, file: FileSeen | None) -> str:
    if file is None:
        return "is missing"
    if file.size != disk.size:
        return f"has {file.size} bytes, not {disk.size}"
    if file.trouble:
        return f"is damaged: {file.trouble}"
    below = refers_to(one.parent or "", disk.file) if disk.kind == INCREMENTAL else None
    if file.refers_to != below:
        return f"rests on {file.refers_to or 'nothing'}, and not on {below or 'nothing'}"
    return ""


def _backup(seen: BackupSeen) -> Backup:
    """An entry, checked."""
    values: Mapping[str, Any] = json.loads(seen.entry or "")
    if values["format"] != _FORMAT:
        raise ValueError(f"its format is {values['format']}, and {_FORMAT} is known")
    if (values["vm"], values["name"]) != (seen.vm, seen.name):
        raise ValueError("it is about another backup")
    told = {name: value for name, value in values.items() if name != "format"}
    disks = tuple(BackupDisk(**one) for one in told.pop("disks"))
    for disk in disks:
        if not _TARGET.fullmatch(disk.target) or disk.kind not in (FULL, INCREMENTAL):
            raise ValueError(f"its disk {disk.target!r} is odd")
        if disk.format not in ("raw", "qcow2"):
            raise ValueError(f"its disk {disk.target} has the format {disk.format!r}")
        if not isinstance(disk.capacity, int) or not isinstance(disk.size, int):
            raise ValueError(f"the size of its disk {disk.target} is no number")
    parent = told["parent"]
    if parent is not None and not _NAME.fullmatch(parent):
        raise ValueError(f"it rests on {parent!r}")
    incremental = any(disk.kind == INCREMENTAL for disk in disks)
    if incremental != (parent is not None) or incremental != (told["kind"] == INCREMENTAL):
        raise ValueError("its kind, its disks and what it rests on do not fit")
    if not isinstance(told["created"], int):
        raise ValueError("its time is no number")
    return Backup(**{**told, "disks": disks})


def folder_of(given: Mapping[str, Any], facts: NodeFacts) -> str:
    """The folder of the catalogue. Raises VmrtError where there is none."""
    if given.get("folder"):
        if not facts.has_folder(given["folder"]):
            raise VmrtError(
                f"there is no folder {given['folder']}",
                option="folder",
                hint="Mount it, or make it with ansible.builtin.file.",
            )
        return str(given["folder"])
    pool = facts.pool(given["backup_pool"])
    if pool is None or not pool.active or not pool.target:
        raise VmrtError(
            f"'{given['backup_pool']}' is no active pool with a folder", option="backup_pool"
        )
    return pool.target


def catalogue(folder: str, vm: str, facts: NodeFacts) -> Catalogue:
    return Catalogue(folder, vm, facts.backups(folder, vm))
