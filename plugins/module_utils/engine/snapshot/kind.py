# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a new snapshot is kept: what stands against each place, and which is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.world import World
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import has_uefi
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# The first libvirt that keeps snapshots beside the variables of UEFI, where these are qcow2.
_WITH_UEFI = (10, 9)


def choose(
    given: Mapping[str, Any], memory: bool, seen: Seen, world: World, facts: NodeFacts
) -> tuple[str, str]:
    """The kind of a new snapshot, and why it is that. Raises VmrtError where it can not be."""
    against = {
        "internal": list(_against_internal(memory, seen, world, facts)),
        "external": list(_against_external(world, facts)),
    }
    wanted = given["kind"]
    if wanted != "auto":
        if against[wanted]:
            raise _impossible(wanted, against[wanted])
        return wanted, "it was asked for"
    reasons = [*against["internal"], *_unwise_internal(world)]
    if not reasons:
        return "internal", "each disk is qcow2, and its firmware allows it"
    if against["external"]:
        raise _impossible("snapshot", [*reasons, *against["external"]])
    return "external", reasons[0]


def _impossible(what: str, reasons: list[str]) -> VmrtError:
    told = what if what == "snapshot" else f"{what} snapshot"
    return VmrtError(
        f"no {told} is possible: {'; '.join(reasons)}",
        option="kind",
        hint="Leave a disk out of snapshots with its option snapshot, or change what hinders."
        if what == "snapshot"
        else "Say kind: auto to take the other one where that is possible.",
    )


def _against_internal(memory: bool, seen: Seen, world: World, facts: NodeFacts) -> Iterator[str]:
    if world.up and not memory:
        yield "an internal one of a running vm holds its memory"
    for disk in world.disks.values():
        if disk.format != "qcow2":
            yield f"the disk {disk.name} is {disk.format}, not qcow2"
    if not world.disks:
        yield "there is no disk to keep it in"
    root = tree.parse(seen.xml)
    targets = {one.find("target").get("dev") for one in _writable(root)}
    for target in sorted(targets - {*world.disks}):
        yield f"the disk {target} is left out of snapshots"
    if has_uefi(root):
        nvram = root.find("os/nvram")
        version = tuple(int(part) for part in facts.node["libvirt_version"].split(".")[:2])
        if version < _WITH_UEFI:
            yield f"libvirt {facts.node['libvirt_version']} takes no internal one of a UEFI vm"
        elif nvram is None or nvram.get("format") != "qcow2":
            yield "the variables of its UEFI firmware are not qcow2"


def _writable(root: tree.Element) -> Iterator[tree.Element]:
    for disk in root.iterfind("devices/disk"):
        medium = disk.get("device", "disk") in ("disk", "lun") or disk.find("source") is not None
        if medium and disk.find("readonly") is None:
            yield disk


def _unwise_internal(world: World) -> Iterator[str]:
    """An internal one inside of an overlay would be lost when that is merged."""
    if any(one.external for one in world.moments):
        yield "it has external snapshots already"


def _against_external(world: World, facts: NodeFacts) -> Iterator[str]:
    for disk in world.disks.values():
        volume = world.volumes.get(disk.path)
        pool = facts.pool(volume.pool) if volume else None
        if pool is None or not pool.target:
            yield f"the disk {disk.name} is no file in the folder of an active pool"
        elif disk.by_name:
            yield f"the disk {disk.name} has the type volume"
        if disk.shared:
            yield f"the disk {disk.name} is shared"
    if not world.disks:
        yield "it has no disk"


def left_out(root: tree.Element, kind: str) -> list[str]:
    """What a snapshot does not hold."""
    told = []
    if has_uefi(root) and kind == "external":
        told.append("kind: what UEFI stores is in no external snapshot.")
    if root.find("devices/tpm/backend[@type='emulator']") is not None:
        told.append("kind: what the TPM stores is in no snapshot.")
    return told
