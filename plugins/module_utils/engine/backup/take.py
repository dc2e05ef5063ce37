# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new backup: which disks, which kind, and what is told to libvirt."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import (
    ClearBackup,
    TakeBackup,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import (
    Backup,
    BackupDisk,
    Catalogue,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.disks import (
    disks_of,
    left_out,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.moment import (
    checkpoint_of,
    mark_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    CheckpointSeen,
    NodeFacts,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.channel import agent_channel
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import read_moment
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import nvram_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import (
    FULL,
    INCREMENTAL,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class New:
    """The steps to a backup, what it will be, why it is of its kind, and what is to be told."""

    actions: list[Action]
    backup: Backup
    reason: str
    warnings: list[str]


def name_of(given: Mapping[str, Any], facts: NodeFacts) -> str:
    """The name that was given, or one after the time."""
    return str(given.get("name") or time.strftime("%Y%m%d-%H%M%S", time.gmtime(facts.now)))


def take(given: Mapping[str, Any], seen: Seen, known: Catalogue, facts: NodeFacts) -> New:
    """A backup of a vm. Raises VmrtError where it can not be."""
    able(given, seen, "vm")
    name = name_of(given, facts)
    disks, warnings = disks_of(given, seen, facts)
    checkpoints = {one.name: one for one in facts.checkpoints(seen.name)}
    mine = [one.name for one in checkpoints.values() if one.description == mark_of(known.folder)]
    parent, against = _parent(given, seen, known, checkpoints, facts)
    sound = checkpoints[parent.checkpoint or ""].sound if parent else frozenset()
    if parent and given["kind"] != FULL:
        disks = [_kind(disk, parent, sound) for disk in disks]
        if all(disk.kind == FULL for disk in disks):
            against = [f"of no disk is it known what was written since '{parent.name}'"]
    kind, reason = _chosen(given, disks, against)
    checkpoint = checkpoint_of(name, known.folder)
    backup = Backup(
        vm=seen.name,
        name=name,
        kind=kind,
        parent=parent.name if parent and kind == INCREMENTAL else None,
        created=facts.now,
        uuid=_uuid(seen),
        state=seen.state,
        quiesced=given.get("quiesce", False),
        description=given.get("description"),
        checkpoint=checkpoint if any(disk.recorded for disk in disks) else None,
        definition=hashlib.sha256(seen.xml.encode()).hexdigest(),
        disks=tuple(disks),
    )
    nvram = nvram_of(tree.parse(seen.live_xml or seen.xml))
    since = parent.checkpoint if parent and kind == INCREMENTAL else None
    valid = {one.checkpoint for one in known.backups}
    step = TakeBackup(
        seen.name,
        name,
        kind,
        known.folder,
        backup,
        seen.xml,
        since,
        quiesce=backup.quiesced,
        stale=[one for one in mine if one not in valid],
        outlived=[one for one in mine if one in valid],
        nvram=nvram if nvram and facts.is_file(nvram) else None,
    )
    cleared: list[Action] = [
        ClearBackup(seen.name, one, known.folder) for one in sorted(known.leftovers)
    ]
    return New([*cleared, step], backup, reason, [*left_out(seen), *warnings])


def able(given: Mapping[str, Any], seen: Seen, option: str) -> None:
    """Raise VmrtError where the disks of a vm can not be read."""
    if not seen.persistent:
        raise VmrtError(
            f"the vm '{seen.name}' is transient", option=option, hint="Define it with virsh first."
        )
    if not is_up(seen.state) and seen.saved:
        raise VmrtError(
            f"the memory of '{seen.name}' is saved on the node, and belongs to its disks as "
            "they are now",
            option=option,
            hint="Start the vm, or drop that with vm_power and operation=remove_save.",
        )
    able_to_rest(given, seen)


def able_to_rest(given: Mapping[str, Any], seen: Seen) -> None:
    """Raise VmrtError where file systems are to be brought to rest, and can not."""
    if given.get("quiesce"):
        if seen.state != "running":
            raise VmrtError(
                f"the vm '{seen.name}' does not run, and its agent does not answer",
                option="quiesce",
                hint="Leave it out, or start the vm first.",
            )
        agent_channel(seen, "quiesce")


def _parent(
    given: Mapping[str, Any],
    seen: Seen,
    known: Catalogue,
    checkpoints: Mapping[str, CheckpointSeen],
    facts: NodeFacts,
) -> tuple[Backup | None, list[str]]:
    """The backup that an incremental one can rest on, or why there is none."""
    if not known.backups:
        return None, ["there is no backup that it could rest on"]
    last = known.backups[-1]
    against = list(_against(given, last, seen, known, checkpoints, facts))
    return (None, against) if against else (last, [])


def _against(
    given: Mapping[str, Any],
    last: Backup,
    seen: Seen,
    known: Catalogue,
    checkpoints: Mapping[str, CheckpointSeen],
    facts: NodeFacts,
) -> Iterator[str]:
    if last.uuid != _uuid(seen):
        yield f"'{last.name}' is of another vm of that name"
    broken = known.problems(last)
    if broken:
        yield f"the chain of '{last.name}' is broken: {'; '.join(broken)}"
    if last.checkpoint is None:
        yield f"no disk in '{last.name}' can record what is written to it: that takes qcow2 1.1"
    elif last.checkpoint not in checkpoints:
        yield f"libvirt does not know any more what was written since '{last.name}'"
    # Going back to one of them changes a disk without libvirt noting it.
    inside = [one.name for one in facts.snapshots(seen.name) if not read_moment(one).external]
    if inside:
        yield f"the vm has internal snapshots: {', '.join(inside)}"
    most = given.get("full_after")
    if given["kind"] == "auto" and most is not None and len(known.chain(last)) > most:
        yield f"{most} incremental ones were taken since the full one"


def _kind(disk: BackupDisk, parent: Backup, sound: frozenset[str]) -> BackupDisk:
    able = disk.recorded and disk.target in sound and parent.disk(disk.target)
    return replace(disk, kind=INCREMENTAL) if able else disk


def _chosen(
    given: Mapping[str, Any], disks: list[BackupDisk], against: list[str]
) -> tuple[str, str]:
    if given["kind"] == FULL:
        return FULL, "it was asked for"
    if given["kind"] == INCREMENTAL and against:
        raise VmrtError(
            f"no incremental backup is possible: {'; '.join(against)}",
            option="kind",
            hint="Take a full one, or say kind: auto.",
        )
    if against:
        return FULL, "; ".join(against)
    whole = [disk.name for disk in disks if disk.kind == FULL]
    return INCREMENTAL, f"but {', '.join(whole)} in full" if whole else "it is possible"


def _uuid(seen: Seen) -> str:
    return tree.parse(seen.xml).findtext("uuid") or ""
