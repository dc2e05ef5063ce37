# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of vm_migrate. Each is taken on the node that the vm leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    HIDDEN,
    Action,
)


@dataclass(frozen=True)
class ClearCopies(Action):
    """Remove volumes, given as pool and name, that a move which broke off has left at the
    destination; ``host`` is the UUID of that node."""

    name: str
    volumes: Sequence[str]
    destination: str = field(metadata=HIDDEN)
    host: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class CopyVolume(Action):
    """Copy a volume that nobody writes to, into the pool of the same name. The vm is marked with
    it, and with ``host``, the UUID of the destination."""

    pool: str
    volume: str
    name: str = field(metadata=HIDDEN)
    destination: str = field(metadata=HIDDEN)
    host: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class PrepareVolume(Action):
    """Make an empty volume like one that is here, into which a running machine is copied. The vm is
    marked as it is with one that is copied."""

    pool: str
    volume: str
    name: str = field(metadata=HIDDEN)
    destination: str = field(metadata=HIDDEN)
    host: str = field(metadata=HIDDEN)


@dataclass(frozen=True)
class Migrate(Action):
    """Move a vm; what was prepared for it goes where that fails.

    ``how`` is live, halted or offline, ``copied`` are the targets of disks that are copied while
    it runs, and ``options`` those of the module that say how. ``timeout`` is in seconds, and
    ``host`` the UUID of the destination.
    """

    name: str
    destination: str
    how: str
    copied: Sequence[str] = ()
    host: str = field(default="", metadata=HIDDEN)
    persistent: bool = field(default=True, metadata=HIDDEN)
    autostart: bool = field(default=False, metadata=HIDDEN)
    timeout: int | None = field(default=None, metadata=HIDDEN)
    options: Mapping[str, Any] = field(default_factory=dict, metadata=HIDDEN)
