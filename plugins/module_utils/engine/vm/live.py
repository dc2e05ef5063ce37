# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a change can be made under a running vm, and what waits for its restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    AddIoThread,
    Attach,
    Detach,
    SetMemory,
    SetMetadata,
    SetVcpus,
    Tune,
    Update,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.io_threads import io_threads
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.mark import mark_with
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import (
    balloon_extra,
    without_devices,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.slots import (
    Anywhere,
    Slots,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import Abilities
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import ADDED, REMOVED, Change
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    Item,
    items,
    match,
    read,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

_CONTROLLERS = "controllers["
# Calls that forget what they are not told.
_FORGETFUL = ("block_io",)


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
    abilities: Abilities


def plan_live(changes: list[Change], wanted: Mapping[str, Any], vm: Running) -> Live:
    """Sort the changes of the live definition: unplug first, then plug, then change in place."""
    actions: list[Action] = []
    pending: list[str] = []
    slots = Slots(vm.live) if vm.abilities.slots else Anywhere()
    for device, group in _by_device(changes).items():
        called = [change for change in group if change.field.via]
        rest = [change for change in group if not change.field.via]
        target = None
        if device and rest:
            planned = _plan_device(device, rest, wanted, vm, slots)
            actions += planned or ()
            pending += () if planned is not None else [change.path for change in rest]
        else:
            pending += [change.path for change in rest]
        if device and called:
            twin = _Device.of(device, wanted, vm).found
            target = str(twin.values.get("target")) if twin else None
        for (call, _gone), some in _by_call(called).items():
            planned = _plan_call(call, some, vm, target)
            actions += planned or ()
            pending += () if planned is not None else [change.path for change in some]
    return Live(tuple(sorted(actions, key=_turn)), tuple(pending), tuple(changes))


def _turn(action: Action) -> tuple[int, bool]:
    """What goes makes room for what comes, and what is there is changed last. A controller and a
    thread come before the devices that need them; a controller goes after its devices."""
    if isinstance(action, Detach):
        return 0, action.device.startswith(_CONTROLLERS)
    if isinstance(action, AddIoThread):
        return 1, False
    if isinstance(action, Attach):
        return 2, not action.device.startswith(_CONTROLLERS)
    return 3, False


def _by_device(changes: list[Change]) -> dict[tuple[str, str | None] | None, list[Change]]:
    """Changes of one device belong together; what is no device comes under None. What goes makes
    room for what comes, and a controller for the devices on it."""
    groups: dict[tuple[str, str | None] | None, list[Change]] = {}
    for change in sorted(
        changes,
        key=lambda one: (one.kind != REMOVED, not one.path.startswith(_CONTROLLERS)),
    ):
        whole = _call(change) in _WHOLE
        groups.setdefault(None if whole else change.device, []).append(change)
    return groups


def _by_call(changes: list[Change]) -> dict[tuple[str, bool], list[Change]]:
    """Changes of one call belong together; what goes away may have to wait, and what comes not."""
    groups: dict[tuple[str, bool], list[Change]] = {}
    for change in changes:
        gone = change.after is None and _call(change) not in _WHOLE
        groups.setdefault((_call(change), gone), []).append(change)
    return groups


def _call(change: Change) -> str:
    return (change.field.via or "").partition(":")[0]


@dataclass(frozen=True)
class _Device:
    """A device: what is wanted of it, and what it is in the running vm and in the definition."""

    field: Field
    label: str
    wanted: Mapping[str, Any]
    found: Item | None
    edited: Item | None

    @classmethod
    def of(cls, device: tuple[str, str | None], wanted: Mapping[str, Any], vm: Running) -> _Device:
        name, key = device
        field = VM[name]
        if key is None:
            values = wanted[name]
            return cls(field, name, values, _single(field, vm.live), _single(field, vm.edited))
        values = next(item for item in wanted[name] if item[field.schema.ident] == key)
        found = match(field.schema, values, list(items(field, vm.live)))
        edited = match(field.schema, values, list(items(field, vm.edited)))
        return cls(field, f"{name}[{key}]", values, found, edited)


def _single(field: Field, root: tree.Element) -> Item | None:
    spot = tree.find(root, field.places[0])
    return Item(spot.element, read(field.schema, spot.element), True) if spot else None


def _plan_device(
    device: tuple[str, str | None],
    group: list[Change],
    wanted: Mapping[str, Any],
    vm: Running,
    slots: Slots,
) -> list[Action] | None:
    """The actions for one device, or None when it can not be changed now."""
    one = _Device.of(device, wanted, vm)
    kinds = {change.kind for change in group if change.field is one.field}
    worst = max(change.apply for change in group)
    plugs = one.field.schema.hotplug and one.field.name in vm.abilities.hotplug
    if REMOVED in kinds:
        goes = one.found and plugs and slots.leave(one.found.element)
        return [_detach(one.label, one.found, vm)] if one.found and goes else None
    if one.edited is None:
        return None
    attach = Attach(vm.name, one.label, tree.render(one.edited.element))
    if ADDED in kinds:
        return [attach] if plugs and slots.take(one.edited.element) else None
    if one.found is None:
        return None
    if worst is Apply.LIVE and one.field.name in vm.abilities.update:
        element = tree.copy(one.found.element)
        key = {one.field.schema.key: None} if one.field.schema.key else {}
        write(one.field.schema, {**_uncalled(one.field.schema, one.wanted), **key}, element)
        return [Update(vm.name, one.label, tree.render(element))]
    if worst <= Apply.REPLUG and plugs and slots.leave(one.found.element):
        slots.take(one.edited.element)
        return [_detach(one.label, one.found, vm), attach]
    return None


def _uncalled(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are changed with the device, and not by calls of their own."""
    rest: dict[str, Any] = {}
    for name, value in values.items():
        one = schema[name]
        if one.of and not one.many and isinstance(value, Mapping):
            rest[name] = _uncalled(one.of, value)
        elif not one.via:
            rest[name] = value
    return rest


def _detach(label: str, found: Item, vm: Running) -> Detach:
    return Detach(vm.name, label, tree.render(found.element), vm.timeout)


def _plan_call(
    call: str, changes: list[Change], vm: Running, target: str | None
) -> list[Action] | None:
    """The actions of one of libvirt's calls, or None when it can not do it now."""
    if any(one.apply is not Apply.LIVE for one in changes):
        return None
    able = vm.abilities.calls
    if call not in able and any(one.field.via not in able for one in changes):
        return None
    if call in _CALLS:
        return _CALLS[call](changes, vm)
    if any(change.after is None for change in changes):
        return None
    if call in _PARTS:
        return _tune_parts(call, changes, vm)
    settings = {(one.field.via or "").partition(":")[2]: one.after for one in changes}
    known = _settings(vm.edited, call, target) if call in _FORGETFUL else {}
    return [Tune(vm.name, call, target, {**known, **settings})]


def _settings(edited: tree.Element, call: str, target: str | None) -> dict[str, Any]:
    """All that the definition says of a disk and a call sets."""
    for name in ("disks", "cdroms", "floppies"):
        for item in items(VM[name], edited):
            if target and item.values.get("target") == target:
                return dict(_called(VM[name].schema, item.values, call))
    return {}


def _called(schema: Schema, values: Mapping[str, Any], call: str) -> Iterator[tuple[str, Any]]:
    for one in schema.fields:
        value = values.get(one.name)
        if value is not None and (one.via or "").startswith(f"{call}:"):
            yield (one.via or "").partition(":")[2], value
        elif one.of and not one.many and value:
            yield from _called(one.of, value, call)


def _tune_parts(call: str, changes: list[Change], vm: Running) -> list[Action]:
    """A call for each part, such as a CPU of the guest."""
    parts: dict[str, dict[str, Any]] = {}
    for change in changes:
        settings = parts.setdefault(str(change.item), {})
        if isinstance(change.after, Mapping):
            known = {one.name for one in change.field.schema.fields if one.via}
            settings.update({key: text for key, text in change.after.items() if key in known})
        else:
            settings[(change.field.via or "").partition(":")[2]] = change.after
    return [Tune(vm.name, call, part, settings) for part, settings in parts.items()]


def _memory(changes: list[Change], vm: Running) -> list[Action] | None:
    """What devices add is compared by itself, and part of what the balloon is told."""
    (change,) = changes
    if change.after > read(VM, without_devices(vm.live))["max_memory"]:
        return None
    return [SetMemory(vm.name, change.after + balloon_extra(vm.edited))]


def _vcpus(changes: list[Change], vm: Running) -> list[Action] | None:
    # Taking a CPU away from a running guest fails more often than not.
    (change,) = changes
    if change.after > vm.values["max_vcpus"] or change.after < change.before:
        return None
    return [SetVcpus(vm.name, change.after)]


def _io_threads(changes: list[Change], vm: Running) -> list[Action]:
    return io_threads(vm.name, vm.live, vm.edited)


def _metadata(changes: list[Change], vm: Running) -> list[Action]:
    """Our metadata of the running vm with what was given; the rest of it tells how it was
    started."""
    started = (vm.values.get("status") or {}).get("started_with") or {}
    return [SetMetadata(vm.name, tree.render(mark_with({"started_with": started}, vm.edited)))]


def _numa(changes: list[Change], vm: Running) -> list[Action] | None:
    """What is allowed from other nodes only later can come from others at any time."""
    (change,) = changes
    memory = (vm.values.get("numa_tune") or {}).get("memory") or {}
    if memory.get("mode") != "restrictive" or change.after is None:
        return None
    return [Tune(vm.name, "numa", None, {"nodes": change.after})]


_CALLS: dict[str, Callable[[list[Change], Running], list[Action] | None]] = {
    "memory": _memory,
    "vcpus": _vcpus,
    "metadata": _metadata,
    "io_threads": _io_threads,
    "numa": _numa,
}
# Calls that are made once, whatever lists their options stand in.
_WHOLE = ("io_threads",)
# Calls for a part of a vm that has a number or a path.
_PARTS = ("vcpu_pin", "iothread_pin", "block_device")
