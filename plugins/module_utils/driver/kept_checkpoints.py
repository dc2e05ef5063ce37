# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checkpoints that libvirt keeps of a vm, of which disks they are sound, and its backup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    supported,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import CheckpointSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import qemu_img
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


def job_of(domain: Any) -> str | None:
    """The backup that a domain is busy with."""
    job: str | None = found(domain.backupGetXMLDesc, 0)
    return job


def checkpoints_of(domain: Any) -> list[CheckpointSeen]:
    listed = supported(domain.listAllCheckpoints, 0) or ()
    active = bool(domain.isActive())
    files = dict(_bitmaps(domain)) if listed and not active else {}
    return [_seen(one, active, files) for one in listed]


def _seen(checkpoint: Any, active: bool, files: dict[str, set[str]]) -> CheckpointSeen:
    name = checkpoint.getName()
    flags = libvirt.VIR_DOMAIN_CHECKPOINT_XML_NO_DOMAIN
    root = tree.parse(checkpoint.getXMLDesc(flags))
    if active:
        # libvirt tells how much was written where it knows it.
        with suppress(libvirt.libvirtError):
            told = checkpoint.getXMLDesc(flags | libvirt.VIR_DOMAIN_CHECKPOINT_XML_SIZE)
            files = {
                disk.get("name"): {name} for disk in tree.parse(told).iterfind("disks/disk[@size]")
            }
    return CheckpointSeen(
        name,
        root.findtext("description") or "",
        frozenset(target for target, names in files.items() if name in names),
    )


def _bitmaps(domain: Any) -> Iterator[tuple[str, set[str]]]:
    """What the qcow2 files of a vm that is off have recorded in good order, by target."""
    root = tree.parse(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
    for disk in root.iterfind("devices/disk[@type='file']"):
        driver, source = disk.find("driver"), disk.find("source")
        if driver is None or driver.get("type") != "qcow2" or source is None:
            continue
        words = ["info", "-U", "--output=json", "-f", "qcow2", source.get("file")]
        with suppress(OSError, ValueError, KeyError):
            _status, said, _complained = qemu_img(*words)
            found = json.loads(said)["format-specific"]["data"].get("bitmaps") or ()
            names = {one["name"] for one in found if one["flags"] == ["auto"]}
            yield disk.find("target").get("dev"), names
