# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots as values of the schema SNAPSHOT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    Moment,
    read_moment,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.snapshot import SNAPSHOT
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show


def snapshots(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a vm, or of all vms, each followed by those taken after it."""
    vm = given.get("vm")
    if vm is not None:
        known_vm(observer, vm, "vm")
    facts = NodeFacts(observer)
    found = [
        show(SNAPSHOT, values)
        for name, kept in sorted(observer.snapshots(vm).items())
        for values in _tree(name, [read_moment(one) for one in kept], facts)
    ]
    return {"snapshots": found}


def report_snapshot(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """One snapshot; one that is not there is absent."""
    vm, name = given["vm"], given.get("name")
    moments = [read_moment(one) for one in observer.snapshots(vm).get(vm, [])]
    for values in _tree(vm, moments, NodeFacts(observer)):
        if values["name"] == name:
            return values
    return {"vm": vm, **({"name": name, "state": "absent"} if name else {})}


def _tree(vm: str, moments: list[Moment], facts: NodeFacts) -> Iterator[dict[str, Any]]:
    names = {one.name for one in moments}

    def below(parent: str | None) -> list[Moment]:
        return [one for one in moments if (one.parent if one.parent in names else None) == parent]

    def walk(parent: str | None, depth: int) -> Iterator[dict[str, Any]]:
        for one in below(parent):
            children = [child.name for child in below(one.name)]
            yield {**_values(vm, one, facts), "children": children, "depth": depth}
            yield from walk(one.name, depth + 1)

    return walk(None, 0)


def _values(vm: str, one: Moment, facts: NodeFacts) -> dict[str, Any]:
    disks = []
    for target, path in sorted(one.files.items()):
        volume = facts.volume_at(path)
        disks.append(
            {
                "target": target,
                "path": path,
                "overlay": one.overlays.get(target),
                "allocation": volume.allocation if volume else None,
            }
        )
    return {
        "vm": vm,
        "name": one.name,
        "state": "present",
        "kind": one.kind,
        "memory": one.has_memory,
        "description": one.description,
        "parent": one.parent,
        "current": one.current,
        "created": one.created,
        # A disk-only one of a running vm is as if its power had been cut.
        "phase": phase(one.state if one.ran else "shutoff"),
        "memory_path": one.memory_path,
        "disks": disks,
    }
