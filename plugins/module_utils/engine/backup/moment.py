# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What libvirt is told of a backup, and of the moment that the next one goes on from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import TakeBackup
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import BackupDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import INCREMENTAL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


def mark_of(folder: str) -> str:
    """What tells the checkpoints of a catalogue from all others."""
    return f"backup in {folder}"


def checkpoint_of(name: str, folder: str) -> str:
    """Catalogues in other folders may have a backup of the same name."""
    return f"{name}.{hashlib.sha256(folder.encode()).hexdigest()[:8]}"


def backup_xml(action: TakeBackup) -> str:
    """What libvirt is to write, and where."""
    root = tree.new("domainbackup")
    root.set("mode", "push")
    for disk in action.entry.disks:
        one = write_to(root, disk.target, "qcow2", f"{_folder(action)}/{disk.file}")
        one.set("backupmode", disk.kind)
        if disk.kind == INCREMENTAL and action.since:
            one.set("incremental", action.since)
    return tree.render(root)


def write_to(root: tree.Element, target: str, image_format: str, path: str) -> tree.Element:
    """Have libvirt write a disk to a new file."""
    one = tree.append(root, "disks/disk")
    one.attrib.update({"name": target, "backup": "yes", "type": "file"})
    tree.ensure(one, "driver/@type").put(image_format)
    tree.ensure(one, "target/@file").put(path)
    return one


def checkpoint_xml(action: TakeBackup) -> str | None:
    """The moment that the next backup can go on from."""
    if action.entry.checkpoint is None:
        return None
    return checkpoint_of_disks(action.entry.checkpoint, mark_of(action.folder), action.entry.disks)


def checkpoint_of_disks(name: str, description: str, disks: Iterable[BackupDisk]) -> str:
    """A moment, of the disks that can record what is written from then on."""
    root = tree.new("domaincheckpoint")
    tree.ensure(root, "name").put(name)
    tree.ensure(root, "description").put(description)
    for disk in disks:
        kept = "bitmap" if disk.recorded else "no"
        tree.append(root, "disks/disk").attrib.update({"name": disk.target, "checkpoint": kept})
    return tree.render(root)


def _folder(action: TakeBackup) -> str:
    return f"{action.folder}/{action.name}/{action.backup}"
