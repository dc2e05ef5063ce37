# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to a guest in memory, through its agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import (
    actions,
    agent,
    grow,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


class FakeGuest(FakeObserver):
    """One method for each action of vm_guest."""

    def _asking(self, vm: str) -> agent.Ask:
        def ask(command: str, arguments: Mapping[str, Any]) -> Any:
            return self._ask_agent(vm, command, arguments)

        return ask

    def _guest(self, vm: str) -> FakeAgent:
        found = self._node.agents.get(vm)
        if not isinstance(found, FakeAgent):
            raise VmrtError(f"asking the agent of '{vm}': it does not answer")
        return found

    def _guest_exec(self, action: actions.GuestExec) -> dict[str, Any]:
        done = agent.execute(
            self._asking(action.name),
            action.argv,
            timeout=action.timeout,
            environment=action.environment,
            stdin=action.stdin,
        )
        return {"rc": done.rc, "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}

    def _guest_write(self, action: actions.GuestWrite) -> None:
        agent.write_file(self._asking(action.name), action.path, iter([action.content]))

    def _guest_password(self, action: actions.GuestPassword) -> None:
        self._guest(action.name).passwords[action.user] = action.password

    def _guest_keys(self, action: actions.GuestKeys) -> None:
        ask = self._asking(action.name)
        for verb, keys in (("add", action.add), ("remove", action.remove)):
            if keys:
                ask(f"guest-ssh-{verb}-authorized-keys", {"username": action.user, "keys": keys})

    def _guest_freeze(self, action: actions.GuestFreeze) -> None:
        self._guest(action.name).frozen = True

    def _guest_thaw(self, action: actions.GuestThaw) -> None:
        self._guest(action.name).frozen = False

    def _guest_trim(self, action: actions.GuestTrim) -> None:
        self._guest(action.name).trimmed = True

    def _guest_grow(self, action: actions.GuestGrow) -> None:
        grow.grow(self._asking(action.name), action)

    def _guest_time(self, action: actions.GuestTime) -> None:
        self._guest(action.name).offset = 0
