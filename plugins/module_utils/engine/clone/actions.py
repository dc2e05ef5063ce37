# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The step that the disks of a vm are copied with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import HIDDEN, Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import Layer


@dataclass(frozen=True)
class CopiedDisk:
    """A disk and the volume that it is copied to; ``backing`` is what the copy rests on."""

    target: str
    source: Layer
    pool: str
    volume: str
    capacity: int
    backing: Layer | None = None


@dataclass(frozen=True)
class CopyDisks(Action):
    """Copy the disks of a vm, as they are at one moment, to new volumes that nobody sees yet.

    A vm in memory writes them itself, and goes on; those of a vm that is off are read. ``option``
    is that which named it.
    """

    source: str
    volumes: Sequence[str]
    disks: Sequence[CopiedDisk] = field(metadata=HIDDEN)
    quiesce: bool = field(default=False, metadata=HIDDEN)
    option: str = field(default="source", metadata=HIDDEN)
