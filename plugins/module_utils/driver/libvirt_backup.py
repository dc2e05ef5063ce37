# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups through libvirt, and vms that are made of them again."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.checkpoint import (
    forget_checkpoint,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.halted import in_memory
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.kept_checkpoints import job_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_restore import (
    LibvirtRestore,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.push_job import (
    begin,
    end_job,
    end_left,
    give_up,
    one_at_a_time,
    wait,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import BackupDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.moment import (
    backup_xml,
    checkpoint_xml,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import backup_files, qemu_img
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import INCREMENTAL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Undone,
    VmrtError,
)


class LibvirtBackup(LibvirtRestore):
    """One method for each action of backups."""

    def _clear_backup(self, action: actions.ClearBackup) -> None:
        with backup_files.alone(action.folder, action.name):
            backup_files.remove(action.folder, action.name, action.backup)

    def _remove_backup(self, action: actions.RemoveBackup) -> None:
        with backup_files.alone(action.folder, action.name):
            backup_files.remove(action.folder, action.name, action.backup)
        if action.checkpoint:
            forget_checkpoint(self._thing("vm", action.name), action.checkpoint)

    def _take_backup(self, action: actions.TakeBackup) -> None:
        domain = self._thing("vm", action.name)
        only = backup_files.alone(action.folder, action.name)
        with only, one_at_a_time(domain), in_memory(domain):
            end_left(domain, f"{action.folder}/{action.name}/")
            for name in action.stale:
                forget_checkpoint(domain, name)
            path = backup_files.begin(action.folder, action.name, action.backup)
            try:
                begin(domain, backup_xml(action), checkpoint_xml(action), action.quiesce)
                nvram = backup_files.content(action.nvram) if action.nvram else None
                wait(domain, "folder")
                _keep(action, path, nvram)
            except (VmrtError, libvirt.libvirtError, OSError) as error:
                _take_back(domain, action)
                raise _undone(domain, error) from error
            for name in action.outlived:
                forget_checkpoint(domain, name)

    def _export_disks(self, action: actions.ExportDisks) -> None:
        domain = self._thing("vm", action.name)
        if is_here(self.uri) and job_of(domain) is None:
            # Where the node lost its power, nobody has deleted them.
            for one in tree.parse(action.xml).iterfind("disks/disk/scratch"):
                with suppress(FileNotFoundError):
                    os.unlink(one.get("file"))
        begin(domain, action.xml, action.checkpoint_xml, action.quiesce)

    def _end_export(self, action: actions.EndExport) -> None:
        end_job(self._thing("vm", action.name))

    def _forget_checkpoint(self, action: actions.ForgetCheckpoint) -> None:
        forget_checkpoint(self._thing("vm", action.name), action.checkpoint)


def _undone(domain: Any, error: Exception) -> Undone:
    said = error.message if isinstance(error, VmrtError) else str(error)
    runs = "the vm runs on" if domain.isActive() else "the vm is off"
    return Undone(
        f"{said.rstrip('.')}. What was written of it is gone again, and {runs}",
        option=getattr(error, "option", None),
        hint=getattr(error, "hint", None),
    )


def _keep(action: actions.TakeBackup, path: str, nvram: bytes | None) -> None:
    """Put what was written into the catalogue; its entry comes last."""
    entry = action.entry
    disks = tuple(_settled(disk, entry.parent, path) for disk in entry.disks)
    backup_files.keep(f"{path}/{backup_files.DEFINITION}", action.definition.encode())
    stored = None
    if nvram is not None:
        backup_files.keep(f"{path}/{backup_files.NVRAM}", nvram)
        stored = backup_files.digest(f"{path}/{backup_files.NVRAM}")
    whole = replace(entry, disks=disks, nvram=stored).as_json()
    backup_files.keep(f"{path}/{backup_files.ENTRY}", whole.encode())


def _settled(disk: BackupDisk, parent: str | None, path: str) -> BackupDisk:
    file = f"{path}/{disk.file}"
    if disk.kind == INCREMENTAL:
        # QEMU wrote that it rests on the disk of the vm.
        below = backup_files.rests_on(parent or "", disk.file)
        words = ["rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", below, file]
        qemu_img.do("folder", *words)
    backup_files.settle(file)
    size = os.stat(file).st_size
    capacity = backup_files.capacity(file)
    return replace(disk, capacity=capacity, size=size, sha256=backup_files.digest(file))


def _take_back(domain: Any, action: actions.TakeBackup) -> None:
    give_up(domain, f"{action.folder}/{action.name}/")
    if action.entry.checkpoint:
        with suppress(libvirt.libvirtError):
            forget_checkpoint(domain, action.entry.checkpoint)
    with suppress(VmrtError):
        backup_files.remove(action.folder, action.name, action.backup)
