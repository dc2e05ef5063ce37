# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of vm_guest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import HIDDEN, Action


@dataclass(frozen=True)
class GuestExec(Action):
    """Run a command in a guest; ``timeout`` is in seconds."""

    name: str
    argv: Sequence[str]
    timeout: int = field(metadata=HIDDEN)
    environment: Mapping[str, str] | None = field(default=None, metadata=HIDDEN)
    stdin: bytes = field(default=b"", metadata=HIDDEN, repr=False)


@dataclass(frozen=True)
class GuestWrite(Action):
    """Write a file in a guest, through its agent."""

    name: str
    path: str
    size: int
    content: bytes = field(metadata=HIDDEN, repr=False)


@dataclass(frozen=True)
class GuestPassword(Action):
    """Give a user of a guest a password."""

    name: str
    user: str
    encrypted: bool
    password: str = field(metadata=HIDDEN, repr=False)


@dataclass(frozen=True)
class GuestKeys(Action):
    """Let SSH keys in as a user, and others no longer."""

    name: str
    user: str
    add: Sequence[str]
    remove: Sequence[str]


@dataclass(frozen=True)
class GuestFreeze(Action):
    """Have file systems of a guest keep still; None means all of them."""

    name: str
    mountpoints: Sequence[str] | None = None


@dataclass(frozen=True)
class GuestThaw(Action):
    """Let a guest write to its file systems again."""

    name: str


@dataclass(frozen=True)
class GuestTrim(Action):
    """Have a guest give unused blocks back; ``minimum`` is the shortest run of them, in bytes."""

    name: str
    minimum: int = 0


@dataclass(frozen=True)
class GuestGrow(Action):
    """Have a file system of a guest fill its device; before that its partition grows on the disk,
    where a number of one is given."""

    name: str
    mountpoint: str
    device: str
    type: str = field(metadata=HIDDEN)
    disk: str = field(default="", metadata=HIDDEN)
    partition: int | None = None


@dataclass(frozen=True)
class GuestTime(Action):
    """Set the clock of a guest: to seconds since 1970, or to that of the node."""

    name: str
    time: int | None = None
