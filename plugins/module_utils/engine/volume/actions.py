# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that volumes are copied and led to others with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import HIDDEN, Action


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


@dataclass(frozen=True)
class FlattenVolume(Action):
    """Take into an overlay that no running vm uses what it rests on."""

    pool: str
    volume: str
    path: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class PullLayers(Action):
    """Take into the file of a disk what it rests on, under the running vm. What it then is shows
    in ``pools``."""

    name: str
    target: str
    path: str = field(metadata=HIDDEN)
    pools: Sequence[str] = field(default=(), metadata=HIDDEN)
