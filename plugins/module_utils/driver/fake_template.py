# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks of a machine in memory that become a template."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_clone import FakeClone
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.actions import (
    MakeTemplate,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival


class FakeTemplate(FakeClone):
    """One method for each action of templates."""

    def _make_template(self, action: MakeTemplate) -> None:
        if (action.pool, action.file) in self._node.volumes:
            raise lost(f"made the template '{action.name}'")
        for number, image in enumerate(action.images):
            volume = self._node.restoring.pop((action.pool, image.volume))
            self._node.volumes[action.pool, image.volume] = volume
            self._node.arrivals[volume.path] = Arrival(
                image.source, self.now(), image.format, image.format, {}, 1, (1, number)
            )
        content = action.content.encode()
        path = f"{self._folder(action.pool)}/{action.file}"
        self._node.volumes[action.pool, action.file] = Volume(
            path, len(content), "raw", content=content
        )
