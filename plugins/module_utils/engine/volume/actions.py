# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that volumes are copied and led to others with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    HIDDEN,
    Action,
    Define,
)


@dataclass(frozen=True)
class Layer:
    """A file as QEMU is told of it."""

    path: str
    format: str


@dataclass(frozen=True)
class CloneVolume(Action):
    """Copy a volume that nobody writes to, under its name only when it is whole. ``capacity`` is
    in bytes, ``backing`` what the copy rests on, ``snapshot`` an internal one that is copied,
    ``layout`` as a schema VOLUME has it, and ``option`` that which named the source."""

    pool: str
    volume: str
    source: str
    capacity: int | None
    path: str = field(metadata=HIDDEN)
    format: str = field(metadata=HIDDEN)
    below: Layer = field(metadata=HIDDEN)
    option: str = field(metadata=HIDDEN)
    backing: Layer | None = field(default=None, metadata=HIDDEN)
    snapshot: str | None = field(default=None, metadata=HIDDEN)
    layout: Mapping[str, Any] = field(default_factory=dict, metadata=HIDDEN)
    # Is it an image, that everybody may read?
    image: bool = field(default=False, metadata=HIDDEN)
    # Is it encrypted, and copied byte for byte?
    sealed: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class FlattenVolume(Action):
    """Take into an overlay that no running vm uses what it rests on."""

    pool: str
    volume: str
    path: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class PullLayers(Action):
    """Take into the file of a disk what it rests on, under the running vm, down to ``base``, where
    that is given. What it then is shows in ``pools``."""

    name: str
    target: str
    base: str | None = None
    path: str = field(default="", metadata=HIDDEN)
    pools: Sequence[str] = field(default=(), metadata=HIDDEN)


@dataclass(frozen=True)
class CommitVolume(Action):
    """Write what an overlay that no vm has holds into the volume that it rests on."""

    pool: str
    volume: str
    commit_from: str
    path: str = field(metadata=HIDDEN)
    base: Layer = field(metadata=HIDDEN)


@dataclass(frozen=True)
class RebaseVolume(Action):
    """Lead an overlay that no running vm uses to another image, and keep what it holds."""

    pool: str
    volume: str
    image: str
    path: str = field(metadata=HIDDEN)
    backing: Layer = field(metadata=HIDDEN)


# The mark of a move that has not come to its end is at the path of this file.
MOVING = ".moving"


@dataclass(frozen=True)
class MoveVolume(Action):
    """Copy a volume into another pool, have its vm use the copy, and delete the volume.

    ``vm`` and ``target`` are the disk of a running vm that it is, ``definition`` the new one of a
    vm that is off. ``left`` tells that a run that did not come to its end left a file at ``path``,
    and ``copied`` that its vm uses that already."""

    pool: str
    volume: str
    move_from: str
    vm: str | None
    target: str | None
    path: str = field(metadata=HIDDEN)
    capacity: int = field(metadata=HIDDEN)
    below: Layer = field(metadata=HIDDEN)
    backing: Layer | None = field(default=None, metadata=HIDDEN)
    layout: Mapping[str, Any] = field(default_factory=dict, metadata=HIDDEN)
    definition: Define | None = field(default=None, metadata=HIDDEN)
    left: bool = field(default=False, metadata=HIDDEN)
    copied: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class WipeVolume(Action):
    """Overwrite all that a volume that nothing needs holds with zeros."""

    pool: str
    volume: str
