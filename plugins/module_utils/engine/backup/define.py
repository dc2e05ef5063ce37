# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of a vm that is made of a backup."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.place import Placed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    sources,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

# What is told of a vm of ours that was made of a backup.
_MARK = f"{MARK}/@restored"


@dataclass(frozen=True)
class Defined:
    """A definition, and what is to be told about it."""

    xml: str
    warnings: list[str]


def restored_from(seen: Seen) -> str | None:
    """The folder of the backup that a vm was made of."""
    spot = tree.find(tree.parse(seen.xml), _MARK)
    return spot.text if spot else None


def define(
    xml: str,
    name: str,
    place: str,
    placed: list[Placed],
    owned: Iterable[str],
    nvram: str | None,
    seen: Seen | None,
    facts: NodeFacts,
) -> Defined:
    """The definition of a backup with its disks in their new places, and the file ``nvram`` for
    what UEFI stores. ``seen`` is the vm that it takes the place of."""
    root = tree.parse(xml)
    warnings = move_to(placed, root, name, seen, facts)
    mine = sorted({*owned, *(one.key for one in placed)})
    # A move that it was in then is none of this vm.
    write(VM, {"status": {"owned_volumes": mine, "moving": []}}, root)
    if nvram:
        _forget_nvram(root)
        write(VM, {"boot": {"nvram": {"path": nvram}}}, root)
    tree.ensure(root, _MARK, VM.order).put(place)
    return Defined(tree.render(root), warnings)


def move_to(
    placed: list[Placed], root: tree.Element, name: str, seen: Seen | None, facts: NodeFacts
) -> list[str]:
    """Have a definition be that of a machine of its own, with its disks in their new places. What
    is to be told about it."""
    renamed = root.findtext("name") != name
    warnings = []
    tree.ensure(root, "name").put(name)
    _identify(root, renamed, seen, facts)
    for one in placed:
        if root.find(f"devices/disk/target[@dev='{one.disk.target}']") is None:
            warnings.append(
                f"the disk {one.disk.name} is not in the definition, and is restored as {one.key}."
            )
        switch(root, one.disk.target, one.path, one.disk.format)
    return warnings + _missing(root, {one.path for one in placed}, facts)


def _identify(root: tree.Element, renamed: bool, seen: Seen | None, facts: NodeFacts) -> None:
    """A machine that is there once has its own UUID and addresses, and stores what UEFI knows in a
    file of its own."""
    uuid = root.find("uuid")
    if seen is not None:
        tree.ensure(root, "uuid").put(tree.parse(seen.xml).findtext("uuid"))
    elif uuid is not None and (renamed or facts.vm_of_uuid(uuid.text)):
        root.remove(uuid)
    for mac in root.findall("devices/interface/mac"):
        owner = facts.macs.get(mac.get("address").lower())
        if renamed or owner not in (None, root.findtext("name")):
            mac.getparent().remove(mac)
    if renamed:
        _forget_nvram(root)


def _forget_nvram(root: tree.Element) -> None:
    nvram = root.find("os/nvram")
    if nvram is not None:
        for source in nvram.findall("source"):
            nvram.remove(source)
        nvram.attrib.pop("type", None)
        nvram.text = None


def _missing(root: tree.Element, placed: set[str], facts: NodeFacts) -> list[str]:
    """Take out media that are not on this node; a disk that is not there is told."""
    told = []
    for target, path in list(sources(root)):
        if path in placed or facts.has(path):
            continue
        disk = root.find(f"devices/disk/target[@dev='{target}']").getparent()
        if disk.get("device") in ("cdrom", "floppy"):
            disk.remove(disk.find("source"))
            told.append(f"{path} is not on this node: the drive {target} is empty.")
        else:
            told.append(f"{path} is not on this node: bring it, or the vm does not start.")
    return told
