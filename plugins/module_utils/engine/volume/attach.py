# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume that becomes a disk of vms, as a task for each of these would have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.plan import plan_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.attachment import OF_DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items


def with_attachments(
    plan: Plan, given: Mapping[str, Any], image_format: str | None, facts: NodeFacts
) -> Plan:
    """The plan of a volume, and what is to be done to the vms that are to have it."""
    for one in given.get("attach", ()):
        seen = facts.vm(one["vm"])
        if seen is None:
            raise NotFound(
                f"there is no vm '{one['vm']}'",
                option=f"attach[{one['vm']}].vm",
                hint="Make it with vmrt.libvirt.vm first.",
            )
        disk = _disk(one, given, image_format, seen, facts)
        if disk:
            plan = _joined(plan, one["vm"], _plan_vm(one["vm"], disk, seen, facts))
    return plan


def _plan_vm(vm: str, disk: Mapping[str, Any], seen: Seen, facts: NodeFacts) -> Plan:
    wish = {**accept(VM, {"name": vm}, ""), "disks": [disk]}
    try:
        return plan_vm(wish, seen, facts)
    except VmrtError as error:
        error.option = _path(vm, error.option or "")
        raise


def _disk(
    one: Mapping[str, Any],
    given: Mapping[str, Any],
    image_format: str | None,
    seen: Seen,
    facts: NodeFacts,
) -> dict[str, Any]:
    """The disk as the vm declares it; nothing where it is to have none, and has none."""
    volume = facts.volume(given["pool"], given["name"])
    has = None
    for item in items(VM["disks"], tree.parse(seen.xml)):
        if volume and path_of(item.values, facts) == volume.path:
            has = item.values["name"]
    name = one.get("disk") or has or given["name"].split(".")[0]
    if one.get("state") == "absent":
        return {"name": has, "state": "absent"} if has else {}
    said = {option: one[option] for option in OF_DISK if option in one}
    if has == name:
        return {"name": name, **said}
    layout = {"format": image_format} if image_format else {}
    return {"name": name, "pool": given["pool"], "volume": given["name"], **layout, **said}


def _joined(plan: Plan, vm: str, more: Plan) -> Plan:
    return replace(
        plan,
        actions=(*plan.actions, *more.actions),
        changes=(*plan.changes, *(_of(vm, change) for change in more.changes)),
        before={**plan.before, **{_path(vm, name): now for name, now in more.before.items()}},
        after={**plan.after, **{_path(vm, name): then for name, then in more.after.items()}},
        restart_required=(
            *plan.restart_required,
            *(_path(vm, name) for name in more.restart_required),
        ),
        warnings=(*plan.warnings, *more.warnings),
    )


def _of(vm: str, change: Change) -> Change:
    return replace(change, path=_path(vm, change.path))


def _path(vm: str, option: str) -> str:
    return f"attach[{vm}].{option}"
