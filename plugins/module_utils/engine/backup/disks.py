# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a vm that a backup holds, and what it does not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import BackupDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import is_elsewhere
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import FULL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items


def disks_of(
    given: Mapping[str, Any], seen: Seen, facts: NodeFacts
) -> tuple[list[BackupDisk], list[str]]:
    """The disks that a backup holds, each as if it was copied in full."""
    found, warnings = written_disks(given, seen, facts)
    if not found:
        raise VmrtError(f"'{seen.name}' has no disk to back up", option="vm")
    return found, warnings


def written_disks(
    given: Mapping[str, Any], seen: Seen, facts: NodeFacts
) -> tuple[list[BackupDisk], list[str]]:
    """The disks that this vm alone writes to, but those that are excluded."""
    excluded = list(given.get("exclude") or ())
    found, warnings, names = [], [], []
    for item in items(VM["disks"], tree.parse(seen.live_xml or seen.xml)):
        disk = item.values
        names.append(disk["name"])
        if disk["name"] in excluded or disk.get("readonly"):
            continue
        if disk.get("shareable"):
            warnings.append(f"the disk {disk['name']} is left out: several vms may write to it.")
            continue
        if item.element.find("source/encryption") is not None:
            raise VmrtError(
                f"the disk {disk['name']} is encrypted, and QEMU would copy it in plain",
                option="exclude",
                hint="Leave it out, and have its guest back it up.",
            )
        path = path_of(disk, facts)
        volume = facts.volume_at(path) if path else None
        is_qcow2 = disk.get("format") == "qcow2"
        found.append(
            BackupDisk(
                name=disk["name"],
                target=disk["target"],
                kind=FULL,
                capacity=(volume.capacity if volume else 0) or 0,
                format="qcow2" if is_qcow2 else "raw",
                volume=f"{volume.pool}/{volume.name}" if volume else None,
                # Files of the oldest version have no place for it.
                recorded=is_qcow2 and not (volume and volume.compat == "0.10"),
            )
        )
    unknown = sorted(set(excluded) - {*names})
    if unknown:
        raise VmrtError(
            f"the vm has no disk {', '.join(unknown)}",
            option="exclude",
            hint=f"It has: {', '.join(names) or 'none'}.",
        )
    return found, warnings


def left_out(seen: Seen) -> Iterator[str]:
    """What a backup of all disks does not hold."""
    root = tree.parse(seen.xml)
    if is_elsewhere(root):
        yield "what UEFI stores is in no backup: it is in no file of the node."
    if root.find("devices/tpm/backend[@type='emulator']") is not None:
        yield "what the TPM stores is in no backup."
