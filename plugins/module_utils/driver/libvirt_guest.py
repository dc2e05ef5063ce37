# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to a guest, through its agent."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
    translated,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import (
    actions,
    agent,
    grow,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# A guest that is busy takes its time; seconds.
_PATIENCE = 30


@contextmanager
def _about(option: str) -> Iterator[None]:
    """Name the option that an error is about, where the error does not."""
    try:
        with translated(""):
            yield
    except VmrtError as error:
        error.option = error.option or option
        raise


class LibvirtGuest(LibvirtObserver):
    """One method for each action of vm_guest."""

    def _asking(self, vm: str) -> agent.Ask:
        def ask(command: str, arguments: Mapping[str, Any]) -> Any:
            return self._ask_agent(vm, command, arguments, _PATIENCE)

        return ask

    def _guest_exec(self, action: actions.GuestExec) -> dict[str, Any]:
        with _about("operation"):
            done = agent.execute(
                self._asking(action.name),
                action.argv,
                timeout=action.timeout,
                environment=action.environment,
                stdin=action.stdin,
            )
        return {
            "rc": done.rc,
            "stdout": done.stdout.decode(errors="replace"),
            "stderr": done.stderr.decode(errors="replace"),
            "truncated": done.truncated,
        }

    def _guest_write(self, action: actions.GuestWrite) -> None:
        with _about("path"):
            agent.write_file(self._asking(action.name), action.path, iter([action.content]))

    def _guest_password(self, action: actions.GuestPassword) -> None:
        flags = libvirt.VIR_DOMAIN_PASSWORD_ENCRYPTED if action.encrypted else 0
        with _about("user"):
            self._thing("vm", action.name).setUserPassword(action.user, action.password, flags)

    def _guest_keys(self, action: actions.GuestKeys) -> None:
        ask = self._asking(action.name)
        for verb, keys in (("add", action.add), ("remove", action.remove)):
            if keys:
                arguments = {"username": action.user, "keys": list(keys)}
                ask(f"guest-ssh-{verb}-authorized-keys", arguments)

    def _guest_freeze(self, action: actions.GuestFreeze) -> None:
        mountpoints = None if action.mountpoints is None else list(action.mountpoints)
        self._thing("vm", action.name).fsFreeze(mountpoints)

    def _guest_thaw(self, action: actions.GuestThaw) -> None:
        self._thing("vm", action.name).fsThaw()

    def _guest_trim(self, action: actions.GuestTrim) -> None:
        self._thing("vm", action.name).fSTrim(None, action.minimum)

    def _guest_grow(self, action: actions.GuestGrow) -> None:
        with _about("mountpoints"):
            grow.grow(self._asking(action.name), action)

    def _guest_time(self, action: actions.GuestTime) -> None:
        seconds = int(time.time()) if action.time is None else action.time
        self._thing("vm", action.name).setTime({"seconds": seconds, "nseconds": 0})
