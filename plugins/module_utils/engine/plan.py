# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan is, and what it is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class Seen:
    """A thing as libvirt has it.

    ``xml`` is the inactive definition, ``live_xml`` the one in force where it is active, ``state``
    libvirt's word for it (running, paused, shutoff, ... or active, inactive).
    """

    name: str
    xml: str
    state: str
    live_xml: str | None = None
    autostart: bool = False
    persistent: bool = True
    # Is memory of it kept on disk, from which its next start goes on?
    saved: bool = False
    # What libvirt knows of states that were kept of it.
    snapshots: int = 0
    checkpoints: int = 0

    @property
    def active(self) -> bool:
        return self.live_xml is not None

    @cached_property
    def fingerprint(self) -> str:
        """What tells its definition from any other."""
        return hashlib.sha256(tree.canonical(tree.parse(self.xml))).hexdigest()


@dataclass(frozen=True)
class Plan:
    """The actions that take what is to what is wanted, and what they are for.

    ``before`` and ``after`` are values as users write them, for the diff; ``restart_required``
    names the options that wait for a restart; ``filled`` says what was chosen for a new thing, and
    ``found`` what was read for its own sake.
    ``fails`` is the error that the task ends with although all was done.
    """

    actions: tuple[Action, ...] = ()
    changes: tuple[Change, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    restart_required: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    filled: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)
    fails: VmrtError | None = None

    @property
    def changed(self) -> bool:
        return any(not action.looks for action in self.actions)
