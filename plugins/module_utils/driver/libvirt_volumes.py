# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that are copied, or led to others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import chain, finish
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import (
    do,
    options,
    qemu_img,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called, sound
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Who may read a new volume: libvirt gives it to the machine that uses it.
_MODE = 0o600
_OF_QCOW2 = ("compat", "cluster_size")


class LibvirtVolumes(LibvirtObserver):
    """One method for each action of volumes that is more than a call of libvirt."""

    def _clone_volume(self, action: actions.CloneVolume) -> None:
        with _in_pool(), called(action.option), part_file(action.path) as part:
            if os.path.lexists(action.path):
                raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'")
            sound(action.below.path, action.below.format)
            do(action.option, *_convert(action, part.path))
            if action.capacity is not None:
                do("size", "resize", "-f", action.format, part.path, str(action.capacity))
            part.arrive(_MODE)
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


@contextmanager
def _in_pool() -> Iterator[None]:
    """Errors about the file that is made are about its pool."""
    try:
        yield
    except VmrtError as error:
        if error.option == "destination":
            error.option = "pool"
        raise


def _convert(action: actions.CloneVolume, path: str) -> list[str]:
    layout = dict(action.layout)
    if action.format == "qcow2":
        layout.setdefault("compat", "1.1")
    told = [(name, layout[name]) for name in _OF_QCOW2 if name in layout]
    if layout.get("preallocation", "none") != "none":
        told.append(("preallocation", layout["preallocation"]))
    command = ["convert", "-f", action.below.format, "-O", action.format, *options(told)]
    if layout.get("compressed"):
        command.append("-c")
    if action.backing:
        command += ["-B", action.backing.path, "-F", action.backing.format]
    if action.snapshot:
        command += ["-l", f"snapshot.name={action.snapshot}"]
    return [*command, action.below.path, path]


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
