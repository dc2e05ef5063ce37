# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of QEMU on the disks of a running vm, and the layers that they work on."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# How often a job is asked how far it is, in seconds.
INTERVAL = 0.1


def finish(domain: Any, target: str) -> None:
    """Wait until a disk has no job; one that has all it needs goes over to its new file."""
    while domain.blockJobInfo(target, 0):
        mirror = disk_of(domain, target).find("mirror")
        if mirror is not None and mirror.get("ready") == "yes":
            domain.blockJobAbort(target, libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
        else:
            time.sleep(INTERVAL)


def begin_copy(domain: Any, target: str, path: str, image_format: str, shallow: bool) -> None:
    """Have QEMU copy a disk to a file that is there, and keep both the same; a ``shallow`` copy
    rests on what the disk rests on."""
    # It is not resumed when the vm is started anew.
    flags = libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB
    flags |= libvirt.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT
    if shallow:
        flags |= libvirt.VIR_DOMAIN_BLOCK_COPY_SHALLOW
    disk = tree.new("disk")
    tree.ensure(disk, "@type").put("file")
    tree.ensure(disk, "source/@file").put(path)
    tree.ensure(disk, "driver/@type").put(image_format)
    domain.blockCopy(target, tree.render(disk), {}, flags)


def mirror_of(domain: Any, target: str) -> str | None:
    """Where a disk is being copied to."""
    source = disk_of(domain, target).find("mirror/source")
    return None if source is None else source.get("file")


def disk_of(domain: Any, target: str) -> tree.Element:
    """A disk of a vm in memory."""
    root = tree.parse(domain.XMLDesc(0))
    return root.find(f"devices/disk/target[@dev='{target}']").getparent()


def chain(domain: Any, target: str) -> list[str]:
    """The paths of a disk of a vm in memory, from its own file down."""
    layer, paths = disk_of(domain, target), []
    while layer is not None:
        source = layer.find("source")
        if source is not None:
            paths.append(source.get("file") or source.get("dev"))
        layer = layer.find("backingStore")
    return paths
