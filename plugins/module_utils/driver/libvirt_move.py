# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that go into another pool, also under a running vm."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import (
    begin_copy,
    chain,
    finish,
    mirror_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_define import (
    LibvirtDefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.volume_files import (
    convert,
    create,
    in_pool,
    own_file,
    to_disk,
    without_snapshots,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file, storing
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import (
    do,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called, sound
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


class LibvirtMove(LibvirtDefine):
    """The way of a volume from one pool into another."""

    def _move_volume(self, action: actions.MoveVolume) -> None:
        # As long as the mark is there, what is at the path may be half of it.
        mark = part_file(f"{action.path}{actions.MOVING}")
        with in_pool(), storing(action.path), mark as moving:
            try:
                self._copy_and_switch(action)
                os.unlink(action.below.path)
            finally:
                moving.kept = os.path.lexists(action.path) and os.path.lexists(action.below.path)
        self._refresh([action.pool, action.move_from])

    def _copy_and_switch(self, action: actions.MoveVolume) -> None:
        if action.target:
            domain = self._thing("vm", action.vm or "")
            if chain(domain, action.target)[0] != action.path:
                self._copy_under(domain, action.target, action)
        elif not action.copied:
            self._copy_aside(action)
            if action.definition:
                if self._thing("vm", action.definition.name).isActive():
                    # It writes to what was copied.
                    raise lost(f"started the vm '{action.vm}'")
                self._define(action.definition)

    def _copy_under(self, domain: Any, target: str, action: actions.MoveVolume) -> None:
        """Copy the disk of a running vm, which then goes on with the copy."""
        if not domain.blockJobInfo(target, 0):
            self._begin_copy(domain, target, action)
        elif mirror_of(domain, target) != action.path:
            raise VmrtError(
                f"the disk {target} of '{action.vm}' has another job",
                option="move_from",
                hint="Wait for it, or end it with virsh blockjob --abort.",
            )
        finish(domain, target)
        if chain(domain, target)[0] != action.path:
            os.unlink(action.path)
            raise VmrtError(
                f"the disk {target} of '{action.vm}' was not copied, and stays where it is",
                option="pool",
                hint="Is there room in the pool?",
            )

    def _begin_copy(self, domain: Any, target: str, action: actions.MoveVolume) -> None:
        if action.left:
            os.unlink(action.path)
        without_snapshots(action.below, "move_from")
        size = domain.blockInfo(target, 0)[0]
        layer = action.below
        create(action.path, layer.format, action.layout, action.backing, size, "pool")
        try:
            shallow = action.backing is not None
            begin_copy(domain, target, action.path, layer.format, shallow)
        except libvirt.libvirtError:
            os.unlink(action.path)
            raise

    @staticmethod
    def _copy_aside(action: actions.MoveVolume) -> None:
        """Copy a volume that no running vm uses."""
        if action.left:
            os.unlink(action.path)
        with called("move_from"):
            sound(action.below.path, action.below.format)
        without_snapshots(action.below, "move_from")
        own_file(action.path)
        try:
            do(
                "move_from",
                *convert(
                    action.below,
                    action.path,
                    action.below.format,
                    action.layout,
                    action.backing,
                ),
            )
            to_disk(action.path)
        except VmrtError:
            os.unlink(action.path)
            raise
