# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a vm that is made of another one, as a resource."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Define,
    Start,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import (
    CopyNvram,
    DefineWithVolumes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.restore import (
    report_disks,
    started,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.take import able
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopyDisks
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.define import (
    check,
    cloned_from,
    define,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.disks import copies
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.seed import seed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import new_path, nvram_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.seed import NO_SEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.clone import VM_CLONE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    VmrtError,
    raise_all,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def plan_clone(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that makes a vm of another one."""
    same_machine(facts)
    name = given["name"]
    if seen is not None:
        if cloned_from(seen) == given["source"]:
            return started(given, seen)
        raise VmrtError(
            f"there is a vm '{name}' already, and it was not made of '{given['source']}'",
            option="name",
            hint="Give another name.",
        )
    source = facts.vm(given["source"])
    if source is None:
        raise NotFound(f"there is no vm '{given['source']}'", option="source")
    able(given, source, "source")
    raise_all([*check(source)])
    made = copies(given, source, facts)
    root, told = define(source, name, made, facts)
    pool = given.get("pool") or next((one.pool for one in made.placed), "default")
    stored, nvram = nvram_of(tree.parse(source.live_xml or source.xml)), None
    if stored and facts.is_file(stored):
        nvram = new_path(name, stored, facts)
        write(VM, {"boot": {"nvram": {"path": nvram}}}, root)
    seeds, drive = seed(given, root, pool, facts)
    owned = sorted([*drive, *(one.key for one in made.placed)])
    write(VM, {"status": {"owned_volumes": owned}}, root)
    xml = tree.render(root)
    complaints = facts.complaints("vm", xml)
    if complaints:
        raise VmrtError(
            f"libvirt would not take the definition: {'; '.join(complaints)}", option="source"
        )
    keys = tuple(one.key for one in made.placed)
    steps: list[Action] = []
    if made.disks:
        quiesce = given.get("quiesce", False)
        steps.append(CopyDisks(source.name, keys, tuple(made.disks), quiesce))
    if stored and nvram:
        steps.append(CopyNvram(stored, nvram))
    steps += [*seeds, DefineWithVolumes(name, keys, Define("vm", name, xml), nvram)]
    if given.get("start"):
        steps.append(Start("vm", name))
    return Plan(
        tuple(steps),
        before={"vm": None, "disks": {}},
        after={"vm": name, "disks": {one.disk.target: one.path for one in made.placed}},
        warnings=(*made.warnings, *told, *(() if drive else (NO_SEED,))),
    )


def _report(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    seen = observer.look("vm", given["name"])
    values: dict[str, Any] = {"name": given["name"], "source": given["source"]}
    if seen is None:
        return values
    return {
        **values,
        "uuid": tree.parse(seen.xml).findtext("uuid"),
        "phase": phase(seen.state),
        "disks": report_disks(seen, NodeFacts(observer)),
    }


CLONE_RESOURCE = Resource(
    schema=VM_CLONE,
    look=lambda observer, given: observer.look("vm", given["name"]),
    plan=plan_clone,
    report=_report,
    called=lambda given: str(given["name"]),
)
