# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing a node through libvirt."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import translated
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.parts import part_for
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import Progress


class LibvirtHost(LibvirtObserver):
    """A node that can be changed. ``open_url`` opens what images are loaded from, and ``progress``
    tells how much of them is there."""

    def __init__(self, uri: str, open_url: Callable[..., Any], progress: Progress | None = None):
        super().__init__(uri)
        self._open_url = open_url
        self._progress = progress or Progress()
        # What goes with the connection.
        self._at_close = ExitStack()

    def close(self) -> None:
        try:
            self._at_close.close()
        finally:
            super().close()

    def run(self, action: Action) -> dict[str, Any] | None:
        """Carry out one action; what it found out, if anything. Raises VmrtError."""
        part = object.__new__(part_for(action))
        # The same node by another class: what one of them remembers, all do.
        part.__dict__ = self.__dict__
        with translated(""):
            found_out: dict[str, Any] | None = getattr(part, f"_{action.verb}")(action)
        return found_out
