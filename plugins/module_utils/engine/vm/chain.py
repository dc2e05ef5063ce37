# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a definition says of the layers below the file of a disk.

libvirt writes it there where layers were merged under a running vm, and believes it from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def forget_layers(disk: tree.Element) -> None:
    """Have libvirt find out by itself what lies below a disk's file."""
    for below in disk.findall("backingStore"):
        disk.remove(below)


def forget_old_layers(wanted: Mapping[str, Any], edited: tree.Element) -> None:
    """Where a disk is to lie in another file, what lay below the old one does not lie there: a
    guest would read something else than what is written."""
    disks = VM["disks"]
    found = [one for one in items(disks, edited) if one.element.find("backingStore") is not None]
    for disk in wanted.get("disks", ()) if found else ():
        twin = match(disks.schema, disk, found)
        if twin is None:
            continue
        changed = tree.copy(twin.element)
        write(disks.schema, disk, changed)
        if _source(changed) != _source(twin.element):
            forget_layers(twin.element)


def _source(disk: tree.Element) -> dict[str, str]:
    source = disk.find("source")
    return {} if source is None else {k: v for k, v in source.attrib.items() if k != "index"}
