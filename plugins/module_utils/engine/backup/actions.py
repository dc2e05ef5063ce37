# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that backups are taken, removed and restored with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    HIDDEN,
    Action,
    Define,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import Backup


@dataclass(frozen=True)
class ClearBackup(Action):
    """Remove what is left of a backup that did not come to its end."""

    name: str
    backup: str
    folder: str


@dataclass(frozen=True)
class TakeBackup(Action):
    """Have the running machine write its disks to the folder of a backup, and put it into the
    catalogue; a vm that is off is in memory, halted, until it is done.

    ``entry`` is what the catalogue will say but for sizes and digests; ``since`` the checkpoint
    that an incremental one goes on from. Of libvirt's checkpoints, ``stale`` go before it, and
    ``outlived`` after it. ``nvram`` is the file in which UEFI stores what it knows.
    """

    name: str
    backup: str
    kind: str
    folder: str
    entry: Backup = field(metadata=HIDDEN)
    definition: str = field(metadata=HIDDEN, repr=False)
    since: str | None = field(default=None, metadata=HIDDEN)
    quiesce: bool = field(default=False, metadata=HIDDEN)
    stale: Sequence[str] = field(default=(), metadata=HIDDEN)
    outlived: Sequence[str] = field(default=(), metadata=HIDDEN)
    nvram: str | None = field(default=None, metadata=HIDDEN)


@dataclass(frozen=True)
class RemoveBackup(Action):
    """Remove a backup that none rests on, with the checkpoint that libvirt keeps for it."""

    name: str
    backup: str
    folder: str
    checkpoint: str | None = field(default=None, metadata=HIDDEN)


@dataclass(frozen=True)
class RestoreDisk(Action):
    """Write what a chain of files holds to a new volume that nobody sees yet; its capacity is in
    bytes."""

    pool: str
    volume: str
    capacity: int
    format: str = field(metadata=HIDDEN)
    source: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class CopyNvram(Action):
    """Copy the file in which UEFI stores what it knows, to one that nobody sees yet."""

    source: str
    path: str


@dataclass(frozen=True)
class DefineWithVolumes(Action):
    """Have volumes that were written, given as pool and name, appear with the vm that they belong
    to, and the file ``nvram``."""

    name: str
    volumes: Sequence[str]
    definition: Define = field(metadata=HIDDEN)
    nvram: str | None = field(default=None, metadata=HIDDEN)


@dataclass(frozen=True)
class ExportDisks(Action):
    """Have the running machine serve its disks over NBD, as they are at this moment."""

    name: str
    disks: Sequence[str]
    xml: str = field(metadata=HIDDEN)
    checkpoint_xml: str | None = field(default=None, metadata=HIDDEN)
    quiesce: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class EndExport(Action):
    """Have it serve them no longer."""

    name: str


@dataclass(frozen=True)
class ForgetCheckpoint(Action):
    """Have libvirt record no longer what is written since a moment."""

    name: str
    checkpoint: str
