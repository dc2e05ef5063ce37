# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power of a machine in memory, and what is done to it from outside."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Thing
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


class FakePower(FakeObserver):
    """One method for each action of vm_power. ``done`` of the node tells what left no trace."""

    def _on(self, name: str) -> Thing:
        thing = self._thing("vm", name)
        if thing.live is None:
            raise VmrtError("libvirt says: Requested operation is not valid: domain is not running")
        return thing

    def _noted(self, action: Any) -> None:
        self._on(action.name)
        self._node.done.append(action)

    _reset = _inject_nmi = _send_keys = _noted

    def _reboot(self, action: actions.Reboot) -> None:
        self._noted(action)
        if action.name in self._node.deaf and action.timeout is not None:
            raise VmrtError(
                f"the guest of '{action.name}' did not reboot within {action.timeout} s",
                option="wait_timeout",
            )

    def _save(self, action: actions.Save) -> None:
        thing = self._on(action.name)
        thing.live, thing.state, thing.saved = None, "shutoff", True

    def _remove_save(self, action: actions.RemoveSave) -> None:
        self._thing("vm", action.name).saved = False

    def _sleep(self, action: actions.Sleep) -> None:
        thing = self._on(action.name)
        if action.target == "disk":
            thing.live, thing.state = None, "shutoff"
        else:
            thing.state = "pmsuspended"

    def _screenshot(self, action: actions.Screenshot) -> dict[str, Any]:
        self._noted(action)
        return {"screenshot_type": "image/png"}

    def _dump(self, action: actions.Dump) -> None:
        self._noted(action)
        if "crash" in action.flags:
            thing = self._on(action.name)
            thing.live, thing.state = None, "shutoff"
