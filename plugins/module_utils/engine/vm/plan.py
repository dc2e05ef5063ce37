# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a vm: definition first, then live, then power."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Define,
    Rename,
    SetAutostart,
    Shutdown,
    Stop,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.able import (
    defines,
    grows,
    starts,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.chain import forget_old_layers
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check import check, warnings
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.check_tuning import (
    check_tuning,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import (
    complete,
    hypervisor_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.doomed import (
    doomed_volumes,
    forget,
    free,
    removed_volumes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.live import (
    Live,
    Running,
    plan_live,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import without_devices
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.patches import (
    check_patched,
    patch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.pending import (
    expands,
    mark,
    pending,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import (
    delete_owned,
    owned_volumes,
    plan_removal,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.rename import plan_rename
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.seed import SeedPlan, plan_seed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.settled import is_settled
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.steps import plan_steps
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.storage import plan_storage
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import Abilities
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change, diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import (
    items,
    match,
    read,
    unchanging,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def plan_vm(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a vm, or its absence, to what was given.

    ``given`` are normalised values of the schema VM with the defaults of its steering options.
    Raises VmrtError, with every complaint at once, before anything could be touched.
    """
    given = {name: value for name, value in given.items() if name != "status"}
    seen, rename = plan_rename(given, seen)
    root = tree.parse(seen.xml) if seen else None
    with unchanging(root):
        return _plan(given, seen, root, rename, facts)


def _plan(
    given: Mapping[str, Any],
    seen: Seen | None,
    root: tree.Element | None,
    rename: list[Action],
    facts: NodeFacts,
) -> Plan:
    config = read(VM, root) if root is not None else {}
    if given["state"] == "absent":
        return plan_removal(given, seen, config, facts)
    if "template" in given:
        # Few vms are made of one.
        from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.use import (
            of_template,
        )

        given = of_template(given, config, facts)
    state = seen.state if seen else "shutoff"
    given = with_unmanaged(given, root)
    hypervisor, reason = hypervisor_of(given, config, facts)
    wanted = complete(given, root, config, hypervisor, facts)
    found = list(items(VM["disks"], root)) if root is not None else []
    storage = plan_storage(wanted["name"], wanted.get("disks", []), found, facts)
    seed = plan_seed(wanted, config, facts, copied="template" in given)
    wanted = _with_medium(wanted, seed)
    changes = _changes(wanted, root, seen)
    owned = owned_volumes(config)
    owned += [one for one in (*storage.created, *seed.created) if one not in owned]
    settled = not changes and is_settled(wanted, root, owned, config)
    raise_all(
        [
            *_transient(seen),
            *_possible(hypervisor, config, wanted, root is None or bool(changes), facts),
            *storage.errors,
            *grows(storage.after, hypervisor),
            *seed.errors,
            *check(wanted, config, changes, state, facts, root, settled),
        ]
    )

    removed = removed_volumes(wanted, found, config, facts)
    doomed = doomed_volumes(wanted, found, config, removed, facts)
    marks = {"owned_volumes": owned, "doomed_volumes": doomed}
    edited = root if settled else _edit({**wanted, "status": marks}, root)
    patched = patch(given, edited)
    if patched:
        check_patched(edited, facts)
    running = tree.parse(seen.live_xml) if seen and seen.live_xml else None
    if root is not None and not settled:
        mark(changes, root, edited, running)

    live = _live(wanted, running, edited, hypervisor.abilities)
    if given["apply"] != "next_boot":
        raise_all(check_tuning(live, facts))
    waits = _waits(edited, running) if running is not None else []
    waits += [change.path for change in patch(given, running)]
    steps = plan_steps(given, state, live, storage, waits, bool(seed.actions))
    # A volume stays ours for as long as the running machine holds on to its disk.
    detached = not any(path.startswith("disks[") for path in steps.waits)
    stops = any(isinstance(step, (Shutdown, Stop)) for step in steps.power)
    ready = free(doomed, wanted, None if stops else running, facts) if detached else []
    if detached and given["delete_disks"] != "owned" and removed:
        kept = [one for one in owned if one not in removed]
        write(VM, {"status": {"owned_volumes": kept}}, edited)

    # The definition comes first, and names the volumes that it owns: whatever fails after it, the
    # next run knows them.
    actions: list[Action] = [*rename]
    if root is None or not (settled or tree.same(root, edited)):
        saw = (seen.fingerprint, seen.xml) if seen else ()
        actions.append(Define("vm", given["name"], tree.render(edited), *saw))
    actions += [*storage.before, *seed.actions, *steps.running]
    deletes, kept = delete_owned(given["name"], ready, facts)
    if ready:
        # Only now: a volume that could not be deleted is deleted by the next run.
        deletes.append(forget(given["name"], edited, marks, ready))
    autostart = given.get("autostart")
    if autostart is not None and autostart != (seen.autostart if seen else False):
        actions.append(SetAutostart("vm", given["name"], autostart))
    actions += [*starts(steps.power, hypervisor), *deletes]
    raise_all(defines(actions, hypervisor))

    known = {change.path for change in changes}
    late = [
        change
        for change in live.changes
        if change.path not in known and change.path not in steps.waits
    ]
    told = [*_renamed(rename), *changes, *late, *storage.changes, *patched]
    return Plan(
        actions=tuple(actions),
        changes=tuple(told),
        before=_before(told, seen, actions),
        after=_after(told, given, wanted, seen, actions),
        restart_required=steps.waits,
        warnings=(*warnings(wanted, facts), *seed.warnings, *kept),
        filled=_filled(given, wanted, hypervisor.name, reason) if seen is None else {},
        fails=_pending_error(given, steps.waits),
    )


def _possible(
    hypervisor: Hypervisor,
    config: Mapping[str, Any],
    wanted: Mapping[str, Any],
    differs: bool,
    facts: NodeFacts,
) -> list[VmrtError]:
    """What the hypervisor says against a wish. What it can do is only asked where something
    differs, since libvirt takes a while to tell."""
    values = {**config, **wanted}
    node, offers = facts.node, None
    if differs and hypervisor.offered(node, values.get("arch")):
        arch = values.get("arch") or hypervisor.default_arch(node)
        offers = facts.offers(hypervisor.type, arch, values.get("machine"))
    return hypervisor.validate(values, node, wanted, offers)


def _renamed(rename: list[Action]) -> list[Change]:
    return [
        Change("name", VM["name"], one.name, one.new_name)
        for one in rename
        if isinstance(one, Rename)
    ]


def _pending_error(given: Mapping[str, Any], waits: tuple[str, ...]) -> VmrtError | None:
    if not waits or given["on_pending"] == "report":
        return None
    return VmrtError(
        f"'{given['name']}' needs a restart for {', '.join(waits)}",
        option="on_pending",
        hint="Restart it with apply: restart, or shut it down and start it.",
    )


def _edit(wanted: Mapping[str, Any], root: tree.Element | None) -> tree.Element:
    """The definition with what is wanted, or a new one."""
    edited = tree.copy(root) if root is not None else tree.new(VM.tag)
    forget_old_layers(wanted, edited)
    write(VM, wanted, edited)
    _boot_by_device(edited)
    return edited


def _boot_by_device(edited: tree.Element) -> None:
    """libvirt writes what the machine boots where nobody says it, and refuses that beside an order
    of devices."""
    if edited.find("devices/*/boot") is not None:
        for boot in edited.findall("os/boot"):
            boot.getparent().remove(boot)


def _with_medium(wanted: dict[str, Any], seed: SeedPlan) -> dict[str, Any]:
    """The wish with the seed in its drive."""
    drives = [
        {**drive, **seed.drive} if drive["name"] == seed.drive.get("name") else drive
        for drive in wanted.get("cdroms", ())
    ]
    return {**wanted, "cdroms": drives} if seed.drive else wanted


def with_unmanaged(given: Mapping[str, Any], root: tree.Element | None) -> dict[str, Any]:
    """The wish with all devices of ours marked absent that it no longer names."""
    wish = dict(given)
    for name in given.get("remove_unmanaged") or ():
        field = VM[name]
        named = {item[field.schema.ident] for item in given.get(name, ())}
        if given.get("cloud_init") or name == "cdroms":
            named.add("seed")
        gone = [
            {field.schema.ident: item.values[field.schema.ident], "state": "absent"}
            for item in (items(field, root) if root is not None else ())
            if item.ours and item.values[field.schema.ident] not in named
        ]
        wish[name] = [*given.get(name, ()), *gone]
    return wish


def _transient(seen: Seen | None) -> list[VmrtError]:
    if seen is None or seen.persistent:
        return []
    return [
        VmrtError(
            f"the vm '{seen.name}' is transient: it has no definition that could be kept",
            option="name",
            hint="Shut it down, or define it with virsh first.",
        )
    ]


def _changes(
    wanted: Mapping[str, Any], root: tree.Element | None, seen: Seen | None
) -> list[Change]:
    if root is None or seen is None:
        return []
    return diff(VM, wanted, root, {"autostart": seen.autostart})


def _live(
    wanted: Mapping[str, Any],
    live: tree.Element | None,
    edited: tree.Element,
    abilities: Abilities,
) -> Live:
    """What can be done to a running vm of what was given."""
    if live is None:
        return Live()
    known = _identified(wanted, edited)
    counted = {**known, **_without_devices(known, edited)}
    different = [one for one in diff(VM, counted, without_devices(live)) if not expands(one)]
    timeout = wanted["wait_timeout"]
    running = Running(wanted["name"], live, read(VM, live), edited, timeout, abilities)
    return plan_live(different, known, running)


def _waits(edited: tree.Element, live: tree.Element) -> list[str]:
    return pending(without_devices(edited), without_devices(live))


def _without_devices(wanted: Mapping[str, Any], edited: tree.Element) -> dict[str, int]:
    """The memory that is wanted, without what devices of the definition add."""
    bare = read(VM, without_devices(edited))
    return {name: bare[name] for name in ("memory", "max_memory") if name in wanted}


def _identified(wanted: Mapping[str, Any], edited: tree.Element) -> dict[str, Any]:
    """The wish with the marks of each device, since a running machine may not carry our alias."""
    known = dict(wanted)
    for one in VM.fields:
        schema = one.of
        if not (schema and schema.adopt and one.name in wanted):
            continue
        found = list(items(one, edited))
        marked = []
        for item in wanted[one.name]:
            twin = match(schema, item, found)
            marks = {
                name: twin.values[name] for name in schema.adopt if twin and name in twin.values
            }
            marked.append({**marks, **item})
        known[one.name] = marked
    return known


def _before(told: list[Change], seen: Seen | None, actions: list[Action]) -> dict[str, Any]:
    if seen is None:
        return {"state": "absent"}
    before = {change.path: change.as_dict()["before"] for change in told}
    return {**before, **_states(seen.state, actions)}


def _after(
    told: list[Change],
    given: Mapping[str, Any],
    wanted: Mapping[str, Any],
    seen: Seen | None,
    actions: list[Action],
) -> dict[str, Any]:
    if seen is None:
        hidden = ("controllers", "wait_for", "wait_timeout", "stop_timeout", "force", "apply")
        shown = show(VM, {k: v for k, v in wanted.items() if k not in hidden})
        return {**shown, "state": given["state"]}
    after = {change.path: change.as_dict()["after"] for change in told}
    return {**after, **_states(given["state"], actions)}


def _states(state: str, actions: list[Action]) -> dict[str, Any]:
    verbs = {"start", "shutdown", "suspend", "resume"}
    return {"state": state} if any(action.verb in verbs for action in actions) else {}


def _filled(
    given: Mapping[str, Any], wanted: Mapping[str, Any], hypervisor: str, reason: str | None
) -> dict[str, Any]:
    """What was chosen for a new vm, told in the result."""
    chosen = {
        name: value for name, value in wanted.items() if name not in given and name != "controllers"
    }
    told = {"hypervisor": hypervisor}
    return {**show(VM, chosen), **told, **({"hypervisor_reason": reason} if reason else {})}
