# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving a vm from one node in memory to another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


class FakeMigrate(FakeObserver):
    """One method for each action of vm_migrate. A vm that is ``deaf`` does not arrive in time."""

    def _clear_copies(self, action: actions.ClearCopies) -> None:
        there = self._node.others[action.destination]
        for one in action.volumes:
            pool, name = one.split("/", 1)
            del there.volumes[pool, name]
        write(VM, {"status": {"moving": []}}, self._node.vms[action.name].config)

    def _copy_volume(self, action: actions.CopyVolume) -> None:
        self._put(action)

    def _prepare_volume(self, action: actions.PrepareVolume) -> None:
        self._put(action, content=b"")

    def _put(self, action: Any, **other: Any) -> None:
        key = (action.pool, action.volume)
        self._node.others[action.destination].volumes[key] = replace(
            self._node.volumes[key], **other
        )
        self._node.done.append(action)

    def _migrate(self, action: actions.Migrate) -> dict[str, Any]:
        there = self._node.others[action.destination]
        prepared = (actions.CopyVolume, actions.PrepareVolume)
        made = [(one.pool, one.volume) for one in self._node.done if isinstance(one, prepared)]
        if action.name in self._node.deaf:
            for key in made:
                del there.volumes[key]
            raise Undone(
                f"'{action.name}' had not moved after {action.timeout} s", option="timeout"
            )
        for key in made:
            there.volumes[key] = replace(self._node.volumes[key])
        thing = self._node.vms.pop(action.name)
        there.vms[action.name] = replace(thing, autostart=action.autostart)
        self._node.done.append(action)
        return {} if action.how == "offline" else {"migration": {"downtime": 21}}
