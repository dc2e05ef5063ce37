# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups of a machine in memory, as strict as libvirt 9.0 and the catalogue are."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    Checkpoint,
    Thing,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import (
    FakeObserver,
    in_force,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import Backup
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.moment import mark_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import sources
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import backup_files
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import (
    BackupSeen,
    FileSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import INCREMENTAL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_SIZE = 1000


class FakeBackup(FakeObserver):
    """One method for each action of backups. What a file holds is what was written to the disk."""

    _define: Callable[[Define], None]

    def _clear_backup(self, action: actions.ClearBackup) -> None:
        del self._node.backups[action.folder, action.name, action.backup]

    def _remove_backup(self, action: actions.RemoveBackup) -> None:
        del self._node.backups[action.folder, action.name, action.backup]
        if action.checkpoint:
            thing = self._thing("vm", action.name)
            if thing.live is None:
                raise VmrtError("libvirt says: cannot delete checkpoint for inactive domain")
            thing.checkpoints.pop(action.checkpoint, None)

    def _take_backup(self, action: actions.TakeBackup) -> None:
        thing, entry = self._thing("vm", action.name), action.entry
        if (action.folder, action.name, action.backup) in self._node.backups:
            raise VmrtError(f"can't write {action.backup}: File exists")
        for name in action.stale:
            thing.checkpoints.pop(name)
        if entry.checkpoint in thing.checkpoints:
            raise VmrtError(f"libvirt says: checkpoint {entry.checkpoint} already exists")
        if self._node.full:
            self._node.backups[action.folder, action.name, action.backup] = BackupSeen(
                action.name, action.backup, None
            )
            raise VmrtError("libvirt says: No space left on device", option="folder")
        paths = dict(sources(in_force(thing)))
        files = {backup_files.DEFINITION: FileSeen(len(action.definition))}
        disks = []
        for disk in entry.disks:
            volume = self._at(paths[disk.target])
            written = self._held(volume)
            below = None
            if disk.kind == INCREMENTAL:
                since = thing.checkpoints[action.since or ""]
                if disk.target not in since.sound:
                    raise VmrtError("libvirt says: missing or broken bitmap")
                was = since.held[disk.target]
                written = {k: text for k, text in written.items() if was.get(k) != text}
                below = backup_files.refers_to(entry.parent or "", disk.file)
            path = f"{action.folder}/{action.name}/{action.backup}/{disk.file}"
            self._node.written[path] = written
            files[disk.file] = FileSeen(_SIZE, below)
            disks.append(replace(disk, size=_SIZE, sha256=self.file_digest(path)))
        path = f"{action.folder}/{action.name}/{action.backup}/{backup_files.DEFINITION}"
        self._node.files[path] = action.definition
        stored = None
        if action.nvram:
            kept = f"{action.folder}/{action.name}/{action.backup}/{backup_files.NVRAM}"
            self._node.files[kept] = self._node.files[action.nvram]
            files[backup_files.NVRAM] = FileSeen(len(self._node.files[kept]))
            stored = self.file_digest(kept)
        whole = replace(entry, disks=tuple(disks), nvram=stored).as_json()
        key = (action.folder, action.name, action.backup)
        self._node.backups[key] = BackupSeen(action.name, action.backup, whole, files)
        self._mark(thing, entry, action.folder, paths)
        for name in action.outlived:
            thing.checkpoints.pop(name)

    def _mark(self, thing: Thing, entry: Backup, folder: str, paths: dict[str, str]) -> None:
        recorded = [disk.target for disk in entry.disks if disk.recorded]
        if entry.checkpoint is not None:
            held = {target: self._held(self._at(paths[target])) for target in recorded}
            thing.checkpoints[entry.checkpoint] = Checkpoint(
                mark_of(folder), frozenset(recorded), held
            )

    def _export_disks(self, action: actions.ExportDisks) -> None:
        thing = self._thing("vm", action.name)
        if thing.job is not None:
            raise VmrtError("libvirt says: another backup job is already running")
        thing.job = action.xml
        if action.checkpoint_xml:
            root = tree.parse(action.checkpoint_xml)
            recorded = root.iterfind("disks/disk[@checkpoint='bitmap']")
            thing.checkpoints[root.findtext("name") or ""] = Checkpoint(
                root.findtext("description") or "", frozenset(one.get("name") for one in recorded)
            )

    def _end_export(self, action: actions.EndExport) -> None:
        self._thing("vm", action.name).job = None

    def _forget_checkpoint(self, action: actions.ForgetCheckpoint) -> None:
        self._thing("vm", action.name).checkpoints.pop(action.checkpoint)

    def _restore_disk(self, action: actions.RestoreDisk) -> None:
        held: dict[str, str] = {}
        folder, _slash, file = action.source.rpartition("/")
        while folder:
            held = {**self._node.written[f"{folder}/{file}"], **held}
            known, _slash, name = folder.rpartition("/")
            base, _slash, vm = known.rpartition("/")
            entry = self._node.backups[base, vm, name]
            rests = (entry.files[file].refers_to or "").split("/")
            folder = f"{known}/{rests[1]}" if len(rests) > 1 else ""
        path = f"{self._folder(action.pool)}/{action.volume}"
        made = Volume(path, action.capacity, action.format, written=held)
        self._node.restoring[action.pool, action.volume] = made

    def _copy_nvram(self, action: actions.CopyNvram) -> None:
        self._node.files[action.path] = self._node.files[action.source]

    def _define_with_volumes(self, action: actions.DefineWithVolumes) -> None:
        made = {}
        for one in action.volumes:
            pool, _slash, name = one.partition("/")
            if (pool, name) in self._node.volumes:
                raise VmrtError(f"somebody else made the volume '{name}' in the meantime")
            made[pool, name] = self._node.restoring.pop((pool, name))
        self._define(action.definition)
        self._node.volumes.update(made)

    def _folder(self, pool: str) -> str:
        seen = self.pool(pool)
        return (seen.target if seen else None) or ""
