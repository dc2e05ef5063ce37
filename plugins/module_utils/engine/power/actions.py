# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of vm_power; to suspend and to resume are steps of a vm as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    HIDDEN,
    Action,
)


@dataclass(frozen=True)
class Reboot(Action):
    """Ask a guest to start again; ``mode`` is libvirt's word for how, None lets it choose.

    ``delay`` is in seconds; with a ``timeout``, in seconds too, it is waited for.
    """

    name: str
    mode: str | None = None
    delay: int = field(default=0, metadata=HIDDEN)
    timeout: int | None = field(default=None, metadata=HIDDEN)


@dataclass(frozen=True)
class Reset(Action):
    """Press the reset button."""

    name: str


@dataclass(frozen=True)
class Save(Action):
    """End a machine and keep its memory; ``paused`` is what its next start makes of it."""

    name: str
    paused: bool | None = None
    bypass_cache: bool = field(default=False, metadata=HIDDEN)


@dataclass(frozen=True)
class RemoveSave(Action):
    """Drop the memory that was kept of a vm."""

    name: str


@dataclass(frozen=True)
class Sleep(Action):
    """Have a guest put itself to sleep: ``target`` is mem, disk or hybrid; seconds."""

    name: str
    target: str
    timeout: int = field(metadata=HIDDEN)


@dataclass(frozen=True)
class InjectNmi(Action):
    """Send a non-maskable interrupt to a guest."""

    name: str


@dataclass(frozen=True)
class SendKeys(Action):
    """Press keys: each chord together, one chord after the other; milliseconds.

    ``keys`` is what may be shown of them.
    """

    name: str
    keys: Sequence[str] | None
    codeset: str = field(metadata=HIDDEN)
    hold_time: int = field(metadata=HIDDEN)
    chords: Sequence[Sequence[int]] = field(metadata=HIDDEN, repr=False)


@dataclass(frozen=True)
class Screenshot(Action):
    """Write what a screen of a vm shows into a file of the node."""

    name: str
    screen: int
    path: str


@dataclass(frozen=True)
class Dump(Action):
    """Write the memory of a guest to a file. ``format`` and ``flags`` are libvirt's words."""

    name: str
    path: str
    format: str
    flags: Sequence[str]
