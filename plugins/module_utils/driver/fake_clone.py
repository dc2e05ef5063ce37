# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a machine in memory, copied for another one."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_backup import FakeBackup
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopyDisks
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import Undone


class FakeClone(FakeBackup):
    """One method for each action of cloning."""

    def _copy_disks(self, action: CopyDisks) -> None:
        self._thing("vm", action.source)
        if self._node.full:
            raise Undone("No space left on device. No disk was made", option="pool")
        for one in action.disks:
            volume = self._at(one.source.path)
            held = volume.written if volume and one.backing else self._held(volume)
            self._node.restoring[one.pool, one.volume] = Volume(
                f"{self._folder(one.pool)}/{one.volume}",
                one.capacity,
                one.source.format,
                one.backing.path if one.backing else None,
                written=dict(held),
            )
