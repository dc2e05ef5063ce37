# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that are copied, or led to others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import (
    chain,
    disk_of,
    finish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define, WipeVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file, storing
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import (
    do,
    options,
    qemu_img,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called, sound
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.wipe import wipe
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError

# Who may read a new volume: libvirt gives it to the machine that uses it.
_MODE = 0o600
_IMAGE_MODE = 0o644
_OF_QCOW2 = ("compat", "cluster_size")


class LibvirtVolumes(LibvirtObserver):
    """One method for each action of volumes that is more than a call of libvirt."""

    def _clone_volume(self, action: actions.CloneVolume) -> None:
        with _in_pool(), called(action.option), part_file(action.path) as part:
            if os.path.lexists(action.path):
                raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'")
            sound(action.below.path, action.below.format)
            parts = _convert(action.below, part.path, action.format, action.layout, action.backing)
            if action.snapshot:
                parts[1:1] = ["-l", f"snapshot.name={action.snapshot}"]
            do(action.option, *parts)
            if action.capacity is not None:
                do("size", "resize", "-f", action.format, part.path, str(action.capacity))
            if action.image:
                from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import (
                    note_arrival,
                )

                note_arrival(part, action.source, (), action.format, action.format)
            part.arrive(_IMAGE_MODE if action.image else _MODE)
        self._refresh([action.pool])

    def _flatten_volume(self, action: actions.FlattenVolume) -> None:
        with called("flat"):
            sound(action.path, "qcow2")
        _without_snapshots(action.path, "flat")
        # What it rests on is named last: until then it is the overlay that it was.
        do("flat", "rebase", "-f", "qcow2", "-b", "", action.path)
        self._refresh([action.pool])

    def _pull_layers(self, action: actions.PullLayers) -> None:
        domain = self._thing("vm", action.name)
        # A run that did not come to its end may have begun it.
        if not domain.blockJobInfo(action.target, 0):
            domain.blockPull(action.target, 0, 0)
        finish(domain, action.target)
        if len(chain(domain, action.target)) > 1:
            raise VmrtError(
                f"'{action.path}' still rests on another file",
                option="flat",
                hint="Is there room in the pool? The guest goes on with its files as they were.",
            )
        self._refresh(action.pools)

    def _wipe_volume(self, action: WipeVolume) -> None:
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
        _without_snapshots(action.path, "rebase")
        backing = ["-b", action.backing.path, "-F", action.backing.format]
        do("rebase", "rebase", "-f", "qcow2", *backing, action.path)
        self._refresh([action.pool])

    def _move_volume(self, action: actions.MoveVolume) -> None:
        # As long as the mark is there, what is at the path may be half of it.
        mark = part_file(f"{action.path}{actions.MOVING}")
        with _in_pool(), storing(action.path), mark as moving:
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
                self._define(action.definition)

    def _define(self, action: Define) -> None:
        """See LibvirtHost."""
        raise NotImplementedError

    def _copy_under(self, domain: Any, target: str, action: actions.MoveVolume) -> None:
        """Copy the disk of a running vm, which then goes on with the copy."""
        if not domain.blockJobInfo(target, 0):
            self._begin_copy(domain, target, action)
        elif _mirror(domain, target) != action.path:
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
        size = domain.blockInfo(target, 0)[0]
        do("pool", *_create(action, size))
        # It is not resumed when the vm is started anew.
        flags = libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB
        flags |= libvirt.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT
        if action.backing:
            flags |= libvirt.VIR_DOMAIN_BLOCK_COPY_SHALLOW
        disk = tree.new("disk")
        tree.ensure(disk, "@type").put("file")
        tree.ensure(disk, "source/@file").put(action.path)
        tree.ensure(disk, "driver/@type").put(action.below.format)
        try:
            domain.blockCopy(target, tree.render(disk), {}, flags)
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
        _own_file(action.path)
        try:
            do(
                "move_from",
                *_convert(
                    action.below,
                    action.path,
                    action.below.format,
                    action.layout,
                    action.backing,
                ),
            )
            _to_disk(action.path)
        except VmrtError:
            os.unlink(action.path)
            raise


def _own_file(path: str) -> None:
    """An empty file that nobody else can read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))


def _to_disk(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _mirror(domain: Any, target: str) -> str | None:
    """Where a disk is being copied to."""
    source = disk_of(domain, target).find("mirror/source")
    return None if source is None else source.get("file")


@contextmanager
def _in_pool() -> Iterator[None]:
    """Errors about the file that is made are about its pool."""
    try:
        yield
    except VmrtError as error:
        if error.option == "destination":
            error.option = "pool"
        raise


def _convert(
    below: actions.Layer,
    path: str,
    image_format: str,
    layout: Mapping[str, Any],
    backing: actions.Layer | None,
) -> list[str]:
    """The command that copies what a file holds."""
    command = ["convert", "-f", below.format, "-O", image_format, *_options(image_format, layout)]
    if layout.get("compressed"):
        command.append("-c")
    if backing:
        command += ["-B", backing.path, "-F", backing.format]
    return [*command, below.path, path]


def _options(image_format: str, layout: Mapping[str, Any]) -> list[str]:
    layout = {"compat": "1.1", **layout} if image_format == "qcow2" else layout
    told = [(name, layout[name]) for name in _OF_QCOW2 if name in layout]
    if layout.get("preallocation", "none") != "none":
        told.append(("preallocation", layout["preallocation"]))
    return options(told)


def _create(action: actions.MoveVolume, size: int) -> list[str]:
    """The command that makes the file that a disk is copied to."""
    image_format = action.below.format
    command = ["create", "-q", "-f", image_format, *_options(image_format, action.layout)]
    if action.backing:
        command += ["-b", action.backing.path, "-F", action.backing.format]
    return [*command, action.path, str(size)]


def _without_snapshots(path: str, option: str) -> None:
    """Raise VmrtError where snapshots inside of an overlay rest on what it rests on."""
    _status, said, _complained = qemu_img("info", "-f", "qcow2", "--output=json", path)
    told: dict[str, Any] = json.loads(said or b"{}")
    names = [str(one.get("name")) for one in told.get("snapshots") or ()]
    if names:
        raise VmrtError(
            f"it holds the snapshots {ascii(', '.join(names))[1:-1]}, which need what is below it",
            option=option,
            hint="Remove these first.",
        )
