# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a change can be made under a running vm, and what waits for its restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Attach,
    Detach,
    SetMemory,
    SetMetadata,
    SetVcpus,
    Update,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.slots import Slots
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import ADDED, REMOVED, Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item, items, match
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


@dataclass(frozen=True)
class Live:
    """The actions for a running vm, the options that wait for its restart, and all that differs."""

    actions: tuple[Action, ...] = ()
    pending: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Running:
    """A running vm: its live definition and values, and the edited inactive definition."""

    name: str
    live: tree.Element
    values: Mapping[str, Any]
    edited: tree.Element
    timeout: int


def plan_live(changes: list[Change], wanted: Mapping[str, Any], vm: Running) -> Live:
    """Sort the changes of the live definition: unplug first, then plug, then change in place."""
    unplug: list[Action] = []
    plug: list[Action] = []
    change_in_place: list[Action] = []
    pending: list[str] = []
    slots = Slots(vm.live)
    for device, group in _by_device(changes).items():
        actions = _plan_device(device, group, wanted, vm, slots)
        if actions is None:
            pending += [change.path for change in group]
        for action in actions or ():
            if isinstance(action, Detach):
                unplug.append(action)
            elif isinstance(action, Attach):
                plug.append(action)
            else:
                change_in_place.append(action)
    return Live((*unplug, *plug, *change_in_place), tuple(pending), tuple(changes))


def _by_device(changes: list[Change]) -> dict[Any, list[Change]]:
    """Changes of one device belong together; each other option stands alone. What goes makes room
    for what comes."""
    groups: dict[Any, list[Change]] = {}
    for change in sorted(changes, key=lambda change: change.kind != REMOVED):
        groups.setdefault(change.device or ("", change.path), []).append(change)
    return groups


def _plan_device(
    device: tuple[str, str],
    group: list[Change],
    wanted: Mapping[str, Any],
    vm: Running,
    slots: Slots,
) -> list[Action] | None:
    """The actions for one device, or None when it can not be changed now."""
    name, key = device
    if not name:
        return _plan_calls(group, vm)
    field = VM[name]
    label = f"{name}[{key}]"
    values = next(item for item in wanted[name] if item[field.schema.ident] == key)
    found = match(field.schema, values, list(items(field, vm.live)))
    edited = match(field.schema, values, list(items(field, vm.edited)))
    kinds = {change.kind for change in group}
    worst = max(change.apply for change in group)
    plugs = field.schema.hotplug
    if REMOVED in kinds:
        goes = found and plugs and slots.leave(found.element)
        return [_detach(label, found, vm)] if found and goes else None
    if edited is None:
        return None
    attach = Attach(vm.name, label, tree.render(edited.element))
    if ADDED in kinds:
        return [attach] if plugs and slots.take(edited.element) else None
    if found is None:
        return None
    if worst is Apply.LIVE:
        element = tree.copy(found.element)
        write(field.schema, {**values, field.schema.ident: None}, element)
        return [Update(vm.name, label, tree.render(element))]
    if worst is Apply.REPLUG and plugs:
        return [_detach(label, found, vm), attach]
    return None


def _detach(label: str, found: Item, vm: Running) -> Detach:
    return Detach(vm.name, label, tree.render(found.element), vm.timeout)


def _plan_calls(group: list[Change], vm: Running) -> list[Action] | None:
    change = group[0]
    call = _CALLS.get(change.field.via or "")
    return call(change, vm) if call and change.apply is Apply.LIVE else None


def _memory(change: Change, vm: Running) -> list[Action] | None:
    if change.after > vm.values["max_memory"]:
        return None
    return [SetMemory(vm.name, change.after)]


def _vcpus(change: Change, vm: Running) -> list[Action] | None:
    # Taking a CPU away from a running guest fails more often than not.
    if change.after > vm.values["max_vcpus"] or change.after < change.before:
        return None
    return [SetVcpus(vm.name, change.after)]


def _metadata(change: Change, vm: Running) -> list[Action]:
    return [SetMetadata(vm.name, tree.render(tree.ensure(vm.edited, MARK).element))]


_CALLS: dict[str, Callable[[Change, Running], Any]] = {
    "memory": _memory,
    "vcpus": _vcpus,
    "metadata": _metadata,
}
