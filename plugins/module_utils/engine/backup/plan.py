# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a backup, and a backup as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import RemoveBackup
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import (
    Backup,
    Catalogue,
    catalogue,
    folder_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.report import report_backup
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.take import name_of, take
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.halted import brought_down
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import look_at_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.retention import outdated
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import VM_BACKUP
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# What means something for a new backup alone, or for one that goes.
_ONLY = {
    "quiesce": "present",
    "description": "present",
    "exclude": "present",
    "full_after": "present",
    "keep": "present",
    "descendants": "absent",
}


def plan_backup(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a backup, or removes it, and what no rule keeps."""
    _misplaced(given)
    same_machine(facts)
    known = catalogue(folder_of(given, facts), given["vm"], facts)
    if given["state"] == "absent":
        return _absent(given, seen, known)
    if seen is None or known.has(name_of(given, facts)):
        return _kept(given, seen, known, None)
    ended, seen = brought_down(seen, facts)
    new = take(given, seen, known, facts)
    plan = _kept(given, seen, known, new.backup)
    told = {"kind": new.backup.kind, "kind_reason": new.reason, "name": new.backup.name}
    return Plan(
        (*ended, *new.actions, *plan.actions),
        before=plan.before,
        after=plan.after,
        filled=told,
        warnings=tuple(new.warnings),
    )


def _misplaced(given: Mapping[str, Any]) -> None:
    state = given["state"]
    for option, where in _ONLY.items():
        if option in given and state != where:
            raise VmrtError(
                f"means nothing with state={state}", option=option, hint="Leave it out."
            )
    if state == "absent" and "name" not in given:
        raise VmrtError("is needed", option="name")


def _kept(
    given: Mapping[str, Any], seen: Seen | None, known: Catalogue, new: Backup | None
) -> Plan:
    """Remove what no rule keeps, and what rests on none that stays."""
    if not given.get("keep"):
        return _told(known, new, [], seen)
    every = [*known.backups, *([new] if new else [])]
    doomed = set(outdated(given["keep"], every))
    if new and new.name in doomed:
        raise VmrtError(
            f"no rule would keep '{new.name}'", option="keep", hint="Say last: 1 or more."
        )
    needed = {
        link.name
        for one in every
        if one.name not in doomed
        for link in [one, *known.chain(known.get(one.parent) or one)]
    }
    return _told(known, new, [one.name for one in every if one.name not in needed], seen)


def _absent(given: Mapping[str, Any], seen: Seen | None, known: Catalogue) -> Plan:
    name = given["name"]
    if not known.has(name):
        return Plan()
    resting = known.resting(name)
    if resting and not given.get("descendants"):
        raise VmrtError(
            f"{', '.join(resting)} rest on '{name}'",
            option="name",
            hint="Remove them as well, with descendants=true.",
        )
    return _told(known, None, [name, *resting], seen)


def _told(
    known: Catalogue,
    new: Backup | None,
    names: list[str],
    seen: Seen | None,
) -> Plan:
    had = {one.name: one.kind for one in known.backups}
    has = {name: kind for name, kind in had.items() if name not in names}
    # The last of a chain goes first: what is left is whole at any moment.
    steps: list[Action] = []
    for name in reversed(names):
        backup = known.get(name)
        steps.append(
            RemoveBackup(
                known.vm,
                name,
                known.folder,
                # libvirt can only do so in a running machine; else the next backup does.
                backup.checkpoint if backup and seen and seen.active and not new else None,
            )
        )
    return Plan(
        tuple(steps),
        before={"backups": had},
        after={"backups": {**has, **({new.name: new.kind} if new else {})}},
    )


BACKUP_RESOURCE = Resource(
    schema=VM_BACKUP,
    look=look_at_vm,
    plan=plan_backup,
    report=report_backup,
)
