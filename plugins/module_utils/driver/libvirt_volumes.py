# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that are copied, or led to others."""

from __future__ import annotations

import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import (
    chain,
    finish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_move import LibvirtMove
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.volume_files import (
    IMAGE_MODE,
    MODE,
    convert,
    in_pool,
    without_snapshots,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file, storing
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import (
    do,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called, sound
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.wipe import wipe
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError


class LibvirtVolumes(LibvirtMove):
    """One method for each action of volumes that is more than a call of libvirt."""

    def _clone_volume(self, action: actions.CloneVolume) -> None:
        with in_pool(), called(action.option), part_file(action.path) as part:
            if os.path.lexists(action.path):
                raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'")
            sound(action.below.path, action.below.format)
            parts = (
                convert(action.below, part.path, "raw", {}, None)
                if action.sealed
                else convert(action.below, part.path, action.format, action.layout, action.backing)
            )
            if action.snapshot:
                parts[1:1] = ["-l", f"snapshot.name={action.snapshot}"]
            do(action.option, *parts)
            if action.capacity is not None and not action.sealed:
                do("size", "resize", "-f", action.format, part.path, str(action.capacity))
            if action.image:
                from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import (
                    note_arrival,
                )

                note_arrival(part, action.source, (), action.format, action.format)
            part.arrive(IMAGE_MODE if action.image else MODE)
        self._refresh([action.pool])

    def _flatten_volume(self, action: actions.FlattenVolume) -> None:
        with called("flat"):
            sound(action.path, "qcow2")
        without_snapshots(actions.Layer(action.path, "qcow2"), "flat")
        # What it rests on is named last: until then it is the overlay that it was.
        do("flat", "rebase", "-f", "qcow2", "-b", "", action.path)
        self._refresh([action.pool])

    def _pull_layers(self, action: actions.PullLayers) -> None:
        domain = self._thing("vm", action.name)
        # A run that did not come to its end may have begun it.
        if not domain.blockJobInfo(action.target, 0):
            # Without a base, all that is below is pulled.
            domain.blockRebase(action.target, action.base, 0, 0)
        finish(domain, action.target)
        if chain(domain, action.target)[1:2] != ([action.base] if action.base else []):
            raise VmrtError(
                f"'{action.path}' still rests on another file",
                option="rebase" if action.base else "flat",
                hint="Is there room in the pool? The guest goes on with its files as they were.",
            )
        self._refresh(action.pools)

    def _commit_volume(self, action: actions.CommitVolume) -> None:
        with called("commit_from"):
            sound(action.path, "qcow2")
        with called("name"):
            sound(action.base.path, action.base.format)
        without_snapshots(actions.Layer(action.path, "qcow2"), "commit_from")
        # What its header says of the format, if anything, is not what counts.
        base = ["-b", action.base.path, "-F", action.base.format]
        do("commit_from", "rebase", "-u", "-f", "qcow2", *base, action.path)
        do("commit_from", "commit", "-q", "-f", "qcow2", action.path)
        self._refresh([action.pool])

    def _wipe_volume(self, action: actions.WipeVolume) -> None:
        seen = self.volume(action.pool, action.volume)
        pool = self.pool(action.pool)
        if seen is None:
            raise NotFound(f"the volume '{action.volume}' of the pool '{action.pool}' is gone")
        if pool and pool.target and is_here(self.uri):
            with storing(seen.path):
                wipe(seen.path)
        else:
            self._thing("pool", action.pool).storageVolLookupByName(action.volume).wipe(0)

    def _rebase_volume(self, action: actions.RebaseVolume) -> None:
        with called("rebase"):
            sound(action.path, "qcow2")
        with called("image"):
            sound(action.backing.path, action.backing.format)
        without_snapshots(actions.Layer(action.path, "qcow2"), "rebase")
        backing = ["-b", action.backing.path, "-F", action.backing.format]
        do("rebase", "rebase", "-f", "qcow2", *backing, action.path)
        self._refresh([action.pool])
