# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that snapshots are taken, merged and gone back to with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import HIDDEN, Action


@dataclass(frozen=True)
class TakeSnapshot(Action):
    """Take a snapshot. Its files come into ``pools``."""

    name: str
    snapshot: str
    kind: str
    memory: bool
    xml: str = field(metadata=HIDDEN)
    quiesce: bool = field(default=False, metadata=HIDDEN)
    pools: Sequence[str] = field(default=(), metadata=HIDDEN)


@dataclass(frozen=True)
class OwnVolumes(Action):
    """Keep with a vm which volumes, given as pool and name, are its own."""

    name: str
    volumes: Sequence[str]


@dataclass(frozen=True)
class MergeLayers(Action):
    """Write what the files from ``top`` down hold into ``base``, which the disk goes on with. A
    running guest does not notice; a vm that is off is in memory, halted, until it is done. The
    snapshots ``lost``, which ``base`` holds, are marked: there is no way back to them."""

    name: str
    target: str
    base: str
    top: str
    pools: Sequence[str] = field(default=(), metadata=HIDDEN)
    lost: Sequence[str] = field(default=(), metadata=HIDDEN)


@dataclass(frozen=True)
class RedefineSnapshot(Action):
    """Change what libvirt keeps of a snapshot; ``current`` has the vm go on from it."""

    name: str
    snapshot: str
    xml: str = field(metadata=HIDDEN)
    current: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class ForgetSnapshot(Action):
    """Have libvirt forget a snapshot without children, and touch no file."""

    name: str
    snapshot: str


@dataclass(frozen=True)
class DeleteSnapshot(Action):
    """Delete a snapshot without children from inside of the files of the disks."""

    name: str
    snapshot: str


@dataclass(frozen=True)
class RevertToSnapshot(Action):
    """Set a vm back to a snapshot inside of its files; it keeps the definition ``xml``."""

    name: str
    snapshot: str
    xml: str = field(metadata=HIDDEN)
    start: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class RestoreMemory(Action):
    """Start a vm with the memory in a file; ``disks`` are the files of its disks by target."""

    name: str
    path: str
    paused: bool
    disks: Sequence[tuple[str, str]] = field(metadata=HIDDEN)
