# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a vm that is made of a backup, as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define, Start
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import (
    CopyNvram,
    DefineWithVolumes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import (
    Backup,
    Catalogue,
    catalogue,
    folder_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.define import (
    define,
    restored_from,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.place import (
    names_of,
    place,
    written,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import new_path
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up, phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import (
    DEFINITION,
    NVRAM,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import VM_RESTORE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, read

# No definition is longer.
_LONGEST = 2**22


def plan_restore(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that makes a vm of a backup."""
    same_machine(facts)
    known = catalogue(folder_of(given, facts), given["vm"], facts)
    backup = _named(given, known)
    name, where = _name(given), known.path(backup.name)
    if seen is not None and not given["replace"]:
        if restored_from(seen) == where:
            return started(given, seen)
        raise VmrtError(
            f"there is a vm '{name}' already, and it was not made of this backup",
            option="new_name" if given.get("new_name") else "vm",
            hint="Give new_name, or say replace=true: its disks stay as files.",
        )
    if seen is not None:
        _replaceable(seen)
    broken = known.problems(backup, facts.file_digest if given["verify"] else None)
    if broken:
        raise VmrtError(
            f"'{backup.name}' is not whole: {'; '.join(broken)}",
            option="name",
            hint="vm_backup_info tells which backups are.",
        )
    placed = place(
        backup.disks, given.get("pool"), lambda disk: names_of(disk, name, backup), facts
    )
    old = owned_volumes(read(VM, tree.parse(seen.xml))) if seen else []
    text = facts.read_file(known.path(backup.name, DEFINITION), _LONGEST) or ""
    nvram = new_path(name, None, facts) if backup.nvram else None
    made = define(text, name, where, placed, old, nvram, seen, facts)
    complaints = facts.complaints("vm", made.xml)
    if complaints:
        raise VmrtError(
            f"libvirt would not take the definition: {'; '.join(complaints)}", option="name"
        )
    before = (seen.fingerprint, seen.xml) if seen else (None, None)
    last = DefineWithVolumes(
        name, tuple(one.key for one in placed), Define("vm", name, made.xml, *before), nvram
    )
    stored = (CopyNvram(known.path(backup.name, NVRAM), nvram),) if nvram else ()
    start = (Start("vm", name),) if given.get("start") else ()
    return Plan(
        (*written(placed, known, backup), *stored, last, *start),
        before={"vm": name if seen else None, "disks": _disks(seen, facts)},
        after={"vm": name, "disks": {one.disk.target: one.path for one in placed}},
        filled={"backup": backup.name},
        warnings=(*made.warnings, *_stay(seen, facts)),
    )


def _name(given: Mapping[str, Any]) -> str:
    return str(given.get("new_name") or given["vm"])


def _named(given: Mapping[str, Any], known: Catalogue) -> Backup:
    name = given.get("name")
    backup = known.get(name) if name else next(iter(known.backups[::-1]), None)
    if backup is not None:
        return backup
    if name in known.strange:
        raise VmrtError(known.strange[name], option="name")
    raise NotFound(
        f"there is no backup '{name}' of '{known.vm}'" if name else f"'{known.vm}' has no backup",
        option="name" if name else "vm",
        hint=f"{known.folder} has: {', '.join(one.name for one in known.backups) or 'none'}.",
    )


def started(given: Mapping[str, Any], seen: Seen) -> Plan:
    """The plan for a vm that was made before."""
    if given.get("start") and not is_up(seen.state):
        return Plan((Start("vm", seen.name),))
    return Plan()


def _replaceable(seen: Seen) -> None:
    trouble = {
        "it is not off": seen.active,
        "its memory is saved on the node": seen.saved,
        "its snapshots rest on its disks": seen.snapshots > 0,
    }
    told = [why for why, is_so in trouble.items() if is_so]
    if told:
        raise VmrtError(
            f"'{seen.name}' can not be replaced: {', and '.join(told)}",
            option="replace",
            hint="Stop the vm and remove its snapshots first, or give new_name.",
        )


def _disks(seen: Seen | None, facts: NodeFacts) -> dict[str, str | None]:
    if seen is None:
        return {}
    found = items(VM["disks"], tree.parse(seen.xml))
    return {one.values["target"]: path_of(one.values, facts) for one in found}


def _stay(seen: Seen | None, facts: NodeFacts) -> list[str]:
    return [f"the disk {path} stays as it was." for path in _disks(seen, facts).values() if path]


def _report(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    facts, name = NodeFacts(observer), _name(given)
    seen = observer.look("vm", name)
    values: dict[str, Any] = {"vm": given["vm"], "new_name": name}
    if seen is None:
        return values
    where = restored_from(seen) or ""
    return {
        **values,
        "backup": where.rpartition("/")[2] or None,
        "phase": phase(seen.state),
        "disks": report_disks(seen, facts),
    }


def report_disks(seen: Seen, facts: NodeFacts) -> list[dict[str, Any]]:
    """Where the disks of a vm lie."""
    disks = []
    for one in items(VM["disks"], tree.parse(seen.xml)):
        path = path_of(one.values, facts)
        volume = facts.volume_at(path) if path else None
        disks.append(
            {
                "name": one.values["name"],
                "target": one.values["target"],
                "path": path,
                "volume": f"{volume.pool}/{volume.name}" if volume else None,
            }
        )
    return disks


RESTORE_RESOURCE = Resource(
    schema=VM_RESTORE,
    look=lambda observer, given: observer.look("vm", _name(given)),
    plan=plan_restore,
    report=_report,
)
