# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks that become a template. Until all is there, nothing is to be seen of it."""

from __future__ import annotations

import os
from io import FileIO

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_restore import (
    LibvirtRestore,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.volume_files import (
    IMAGE_MODE,
    MODE,
    in_pool,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.actions import (
    MakeTemplate,
    NewImage,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import note_arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file, storing


class LibvirtTemplate(LibvirtRestore):
    """One method for each action of templates."""

    def _make_template(self, action: MakeTemplate) -> None:
        path = f"{self._folder(action.pool)}/{action.file}"
        # The file comes last, and keeps other runs from the same template.
        with in_pool(), part_file(path) as part:
            if os.path.lexists(path):
                raise lost(f"made the template '{action.name}'")
            for image in action.images:
                _become(self._hidden(action.pool, image.volume), image)
            with self._appeared(action.volumes):
                part.write(action.content.encode())
                part.arrive(MODE)


def _become(path: str, image: NewImage) -> None:
    """Have a copied disk be an image."""
    with storing(path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with FileIO(descriptor) as file:
            note_arrival(file, image.source, (), image.format, image.format)
            os.fchmod(descriptor, IMAGE_MODE)
