# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A move under way, and what libvirt is told and tells of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB

# How often a move is looked at, in seconds.
_LOOK = 0.2
_PROGRESS = {
    "duration": "time_elapsed",
    "downtime": "downtime",
    "data_total": "data_total",
    "data_processed": "data_processed",
    "memory_total": "memory_total",
    "memory_processed": "memory_processed",
    "disk_total": "disk_total",
    "disk_processed": "disk_processed",
    "memory_passes": "memory_iteration",
}


class MoveJob:
    """A move under way: libvirt returns when it is over, so it has a thread of its own."""

    def __init__(self, domain: Any, there: Any, action: actions.Migrate):
        self._domain, self._there, self._action = domain, there, action
        self.error: Any = None
        # What it was like when it was last looked at.
        self.seen: Mapping[str, Any] = {}
        self._late = False

    def run(self) -> None:
        thread = threading.Thread(target=self._call, name="migration", daemon=True)
        start = time.monotonic()
        switched = not self._action.options.get("post_copy") or self._action.how == "offline"
        thread.start()
        while thread.is_alive():
            thread.join(_LOOK)
            seconds = self._action.timeout
            with suppress(libvirt.libvirtError):
                self.seen = self._domain.jobStats() or self.seen
                if not switched and self.seen.get("memory_iteration", 0) > 1:
                    self._domain.migrateStartPostCopy(0)
                    switched = True
                elif seconds is not None and time.monotonic() - start > seconds:
                    # After the guest has switched over, libvirt refuses this.
                    self._late = True
                    self._domain.abortJob()

    def _call(self) -> None:
        action = self._action
        parameters, flags = _parameters(action), _flags(action)
        try:
            if action.options.get("peer2peer", True):
                self._domain.migrateToURI3(action.destination, parameters, flags)
            else:
                self._domain.migrate3(self._there, parameters, flags)
        except libvirt.libvirtError as error:
            self.error = error

    def failure(self, state: str) -> VmrtError:
        """Why it is where it was; ``state`` says how it and the destination are now."""
        name = self._action.name
        if self._late:
            return Undone(
                f"'{name}' had not moved after {self._action.timeout} s. {state}",
                option="timeout",
                hint="Give it more time or bandwidth, or add auto_converge=true or post_copy=true.",
            )
        said = str(self.error or "nothing, and the destination does not have it").rstrip(".")
        hint = None
        if self._action.options.get("post_copy"):
            hint = "For post_copy, vm.unprivileged_userfaultfd has to be 1 at the destination."
        return Undone(f"libvirt did not move '{name}', and says: {said}. {state}", hint=hint)


def _flags(action: actions.Migrate) -> int:
    options, offline = action.options, action.how == "offline"
    words = {
        "LIVE": action.how == "live",
        "OFFLINE": offline,
        "PEER2PEER": options.get("peer2peer", True),
        "TUNNELLED": options.get("tunnelled") and not offline,
        "PERSIST_DEST": action.persistent,
        "UNDEFINE_SOURCE": action.persistent,
        "NON_SHARED_INC": bool(action.copied),
        "AUTO_CONVERGE": options.get("auto_converge") and not offline,
        "POSTCOPY": options.get("post_copy") and not offline,
        "COMPRESSED": bool(options.get("compression")) and not offline,
        "TLS": options.get("tls") and not offline,
        "UNSAFE": options.get("unsafe"),
        "ABORT_ON_ERROR": not offline,
    }
    return sum(getattr(libvirt, f"VIR_MIGRATE_{word}") for word, wanted in words.items() if wanted)


def _parameters(action: actions.Migrate) -> dict[str, Any]:
    options = action.options
    told = {
        libvirt.VIR_MIGRATE_PARAM_URI: options.get("migrate_uri"),
        libvirt.VIR_MIGRATE_PARAM_LISTEN_ADDRESS: options.get("listen_address"),
        libvirt.VIR_MIGRATE_PARAM_MIGRATE_DISKS: list(action.copied) or None,
        libvirt.VIR_MIGRATE_PARAM_COMPRESSION: options.get("compression") or None,
        libvirt.VIR_MIGRATE_PARAM_BANDWIDTH: -(-options.get("bandwidth", 0) // MIB) or None,
    }
    of_running = {} if action.how == "offline" else told
    return {name: value for name, value in of_running.items() if value is not None}


def measured(arrived: Any, move: MoveJob) -> dict[str, Any]:
    """The destination knows how long it took, and this node what became of the disks."""
    stats = dict(move.seen)
    with suppress(libvirt.libvirtError):
        told = arrived.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
        stats.update({word: value for word, value in told.items() if value})
    return {name: stats[word] for name, word in _PROGRESS.items() if word in stats}
