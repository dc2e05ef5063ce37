# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups as values of the schema VM_BACKUP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import (
    Backup,
    Catalogue,
    Digest,
    catalogue,
    folder_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up, phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.backup import VM_BACKUP
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show


def backups(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """All that is in a catalogue, and whether it is whole."""
    facts = NodeFacts(observer)
    same_machine(facts)
    folder = folder_of(given, facts)
    seen = observer.backups(folder, given.get("vm"))
    found, leftovers = [], []
    for vm in sorted({one.vm for one in seen}):
        known = Catalogue(folder, vm, seen)
        found += list(_every(known, facts.file_digest if given["verify"] else None))
        leftovers += [known.path(name) for name in sorted(known.leftovers)]
    return {"backups": [show(VM_BACKUP, one) for one in found], "leftovers": leftovers}


def report_backup(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The backup of a name, or the newest one; one that is not there is absent."""
    facts = NodeFacts(observer)
    known = catalogue(folder_of(given, facts), given["vm"], facts)
    every = list(_every(known, None))
    if given.get("name"):
        every = [one for one in every if one["name"] == given["name"]]
    gone = {"vm": given["vm"], "name": given.get("name"), "state": "absent"}
    return every[-1] if every else gone


def _every(known: Catalogue, digest: Digest | None) -> Iterator[dict[str, Any]]:
    told: dict[str, str] = {}

    def once(path: str) -> str:
        if path not in told and digest:
            told[path] = digest(path)
        return told[path]

    for name, why in sorted(known.strange.items()):
        yield {
            "vm": known.vm,
            "name": name,
            "state": "present",
            "path": known.path(name),
            "whole": False,
            "problems": [why],
        }
    for one in known.backups:
        yield _values(one, known, known.problems(one, once if digest else None))


def _values(one: Backup, known: Catalogue, problems: list[str]) -> dict[str, Any]:
    return {
        "vm": one.vm,
        "name": one.name,
        "state": "present",
        "kind": one.kind,
        "parent": one.parent,
        "created": one.created,
        "quiesce": one.quiesced,
        "description": one.description,
        "checkpoint": one.checkpoint,
        "path": known.path(one.name),
        "phase": phase(one.state if is_up(one.state) else "shutoff"),
        "chain": [link.name for link in known.chain(one)],
        "whole": not problems,
        "problems": problems,
        "disks": [{**asdict(disk), "path": known.path(one.name, disk.file)} for disk in one.disks],
    }
