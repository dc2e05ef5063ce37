# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared beside what is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import parse_size

# What would become of a vm, from what is worst to what is well.
FAILED, REMOVE, CREATE, CHANGE = "failed", "remove", "create", "change"
ELSEWHERE, UNDECLARED, UNKNOWN, SAME = "elsewhere", "undeclared", "unknown", "same"
KINDS = (FAILED, REMOVE, CREATE, CHANGE, ELSEWHERE, UNDECLARED, UNKNOWN, SAME)
_POWER = ("start", "shutdown", "stop", "suspend", "resume", "reboot")
# These are no drift: what was not asked for, and what is as declared.
CALM = (UNKNOWN, SAME)


@dataclass(frozen=True)
class Declared:
    """A vm of the inventory. ``node`` is None where nobody knows it, and ``asked`` tells that the
    run is about it."""

    host: str
    name: str
    node: str | None
    asked: bool = True


@dataclass
class Vm:
    """A vm, and what differs. Sizes are in bytes."""

    name: str
    node: str
    drift: str
    what: list[str] = field(default_factory=list)
    phase: str = "Absent"
    vcpus: int = 0
    memory: int = 0
    # Made by this collection, which alone removes what it made.
    owned: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


def compare(
    said: Iterable[Mapping[str, Any]],
    declared: Iterable[Declared],
    unplaced: Mapping[str, str],
) -> dict[str, Any]:
    """All nodes and vms, and how many differ. ``said`` is what came of asking each node, and
    ``unplaced`` tells of hosts why there is no node for them."""
    every = list(declared)
    vms: list[Vm] = []
    nodes = []
    for one in sorted(said, key=lambda one: str(one["node"])):
        found = list(_vms(one, every))
        vms += found
        nodes.append(_node(one, found))
    vms += [Vm(one.name, "", FAILED, [unplaced[one.host]]) for one in every if one.host in unplaced]
    vms.sort(key=lambda vm: (KINDS.index(vm.drift), vm.name))
    shared = [thing for node in nodes for thing in node["shared"]]
    totals = {kind: sum(vm.drift == kind for vm in vms) for kind in KINDS}
    return {
        "drift": any(node["away"] for node in nodes)
        or bool(shared)
        or any(vm.drift not in CALM for vm in vms),
        "totals": {
            "nodes": len(nodes),
            "away": sum(bool(node["away"]) for node in nodes),
            "vms": len(vms),
            "running": sum(vm.phase == "Running" for vm in vms),
            "shared": len(shared),
            **totals,
        },
        "nodes": nodes,
        "vms": [asdict(vm) for vm in vms],
    }


def _vms(said: Mapping[str, Any], declared: list[Declared]) -> Iterator[Vm]:
    node = str(said["node"])
    real = {vm["name"]: vm for vm in said["vms"].get("vms") or ()}
    outcome = said["plan"].get("outcome")
    here = {one.name: one for one in declared if one.node == node}
    homes = {one.name: one.node for one in declared}
    for name in sorted({*here, *real}):
        one = here.get(name)
        if one and one.asked:
            drift, what = _foretold(name, said["plan"]) if outcome is not None else (UNKNOWN, [])
        elif one or homes.get(name, "") is None:
            drift, what = UNKNOWN, []
        elif name in homes:
            drift, what = ELSEWHERE, [f"it is declared on {homes[name]}"]
        else:
            drift, what = UNDECLARED, []
        if name in real or drift not in (SAME, UNKNOWN):
            yield _seen(Vm(name, node, drift, what), real.get(name) or {})


def _seen(vm: Vm, real: Mapping[str, Any]) -> Vm:
    status = real.get("status") or {}
    vm.phase = str(status.get("phase") or vm.phase)
    vm.vcpus = int(real.get("vcpus") or 0)
    vm.memory = _size(real.get("memory"))
    vm.owned = "created" in status
    vm.labels = {str(name): str(value) for name, value in (real.get("labels") or {}).items()}
    return vm


def _foretold(name: str, plan: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What site would make of a vm, and the changes."""
    told = plan["outcome"].get(name) or {}
    for word in (FAILED, REMOVE, CREATE, CHANGE):
        if name in plan["summary"].get(word, ()):
            return word, _what(word, told)
    waits = told.get("restart_required") or ()
    return SAME, [f"waits for a restart: {', '.join(waits)}"] if waits else []


def _what(word: str, told: Mapping[str, Any]) -> list[str]:
    if word == FAILED:
        return [str(told.get("msg", ""))]
    if word != CHANGE:
        return []
    changes = [_change(change) for change in told.get("changes") or ()]
    steps = dict.fromkeys(str(step["action"]) for step in told.get("actions") or ())
    # Where changes tell all, their steps say nothing more but what becomes of the power.
    told_besides = [step for step in steps if not changes or step in _POWER]
    return [*changes, *(step.replace("_", " ") for step in told_besides)]


def _change(change: Mapping[str, Any]) -> str:
    path = change.get("option") or change.get("path")
    before, after = (_short(change.get(key)) for key in ("before", "after"))
    return f"{path}: {before} -> {after}"


def _short(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "..." if value else "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


def _node(said: Mapping[str, Any], vms: list[Vm]) -> dict[str, Any]:
    room = said["room"].get("node") or {}
    running = [vm for vm in vms if vm.phase == "Running"]
    return {
        "name": str(said["node"]),
        "away": _away(said),
        "vms": sum(vm.phase != "Absent" for vm in vms),
        "cpus": int(room.get("cpus") or 0),
        "vcpus": sum(vm.vcpus for vm in running),
        "memory": _size(room.get("memory")),
        "memory_used": sum(vm.memory for vm in running),
        "storage": [
            {
                "pool": pool["name"],
                "capacity": _size(pool.get("capacity")),
                "used": _size(pool.get("capacity")) - _size(pool.get("available")),
                "provisioned": _size(pool.get("provisioned")),
            }
            for pool in room.get("storage") or ()
            if pool.get("active")
        ],
        "shared": list(_shared(said["plan"])),
    }


def _away(said: Mapping[str, Any]) -> str:
    """Why a node told nothing."""
    for part in ("vms", "room", "plan"):
        known = {"vms": "vms", "room": "node", "plan": "outcome"}[part]
        if known not in said[part]:
            return str(said[part].get("msg") or "it does not answer")
    return ""


def _shared(plan: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Pools, networks and images that would be changed."""
    for kind, things in (plan.get("shared") or {}).items():
        for name, told in things.items():
            if told.get("failed") or told.get("changed"):
                made = (told.get("diff") or {}).get("before") == {"state": "absent"}
                drift = FAILED if told.get("failed") else CREATE if made else CHANGE
                yield {"thing": f"{kind[:-1]} {name}", "drift": drift, "what": _what(drift, told)}


def _size(text: Any) -> int:
    """Bytes of a size that a node told; it tells 0B of what is empty."""
    return parse_size(text, zero=True) if text else 0
