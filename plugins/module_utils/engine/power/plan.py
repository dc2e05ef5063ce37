# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_power does, and when it can."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Resume,
    Suspend,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.channel import agent_channel
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power.keyboard import chords
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import (
    RUNNING,
    is_up,
    phase,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.wait import wait_for_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.operation import misplaced
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.power import OPERATIONS, VM_POWER
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all

Given = Mapping[str, Any]

_QEMU_MODES = ("acpi", "agent")


def plan_power_of(given: Given, observer: Observer) -> Plan:
    """The steps, or none where it is so already. Raises VmrtError where it can not be."""
    raise_all(misplaced(OPERATIONS, given))
    seen = known_vm(observer, given["name"])
    steps = _PLANS[given["operation"]](given, seen, observer)
    before = {"phase": phase(seen.state), "saved": seen.saved}
    after = {**before, **_becomes(steps[0])} if steps else before
    return Plan(actions=tuple(steps), before=before, after=after)


def _becomes(step: Action) -> dict[str, Any]:
    """What a step makes of the vm."""
    if isinstance(step, actions.Sleep):
        return {"phase": phase("shutoff" if step.target == "disk" else "pmsuspended")}
    if isinstance(step, actions.Dump):
        return {"phase": phase("shutoff")} if "crash" in step.flags else {}
    becomes: dict[str, dict[str, Any]] = {
        "suspend": {"phase": phase("paused")},
        "resume": {"phase": phase("running")},
        "save": {"phase": phase("shutoff"), "saved": True},
        "remove_save": {"saved": False},
    }
    return becomes.get(step.verb, {})


def _refusal(seen: Seen, what: str, hint: str) -> VmrtError:
    return VmrtError(
        f"the vm '{seen.name}' is {seen.state}, and only {what}", option="operation", hint=hint
    )


def _running(seen: Seen, operation: str) -> None:
    if seen.state in RUNNING:
        return
    hint = "Resume it first." if is_up(seen.state) else "Start it first, with state=running of vm."
    raise _refusal(seen, f"a running one can {operation}", hint)


def _in_memory(seen: Seen, what: str) -> None:
    if not is_up(seen.state):
        raise _refusal(seen, f"one that is on {what}", "Start it first, with state=running of vm.")


def _reboot(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _running(seen, "reboot")
    mode = given.get("mode")
    if tree.parse(seen.xml).get("type") in ("qemu", "kvm") and mode not in (None, *_QEMU_MODES):
        raise VmrtError(
            f"QEMU knows no '{mode}'",
            option="mode",
            hint=f"It has: {', '.join(_QEMU_MODES)}.",
        )
    if mode == "agent":
        agent_channel(seen, "mode")
    waits = given.get("wait", True) or given["wait_for"] != "none"
    timeout = given["wait_timeout"] if waits else None
    return [actions.Reboot(seen.name, mode, given.get("delay", 0), timeout)]


def _reset(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _in_memory(seen, "can be reset")
    return [actions.Reset(seen.name)]


def _suspend(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    if seen.state == "paused":
        return []
    _running(seen, "be suspended")
    return [Suspend(seen.name)]


def _resume(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _in_memory(seen, "can be resumed")
    return [Resume(seen.name)] if seen.state in ("paused", "pmsuspended") else []


def _save(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    if not is_up(seen.state) and seen.saved:
        return []
    _in_memory(seen, "has memory to save")
    if not seen.persistent:
        raise VmrtError(
            f"the vm '{seen.name}' is transient: without a definition it would not start again",
            option="operation",
            hint="Define it with virsh first.",
        )
    return [actions.Save(seen.name, given.get("paused"), given.get("bypass_cache", False))]


def _remove_save(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    return [actions.RemoveSave(seen.name)] if seen.saved else []


def _sleep(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    target = given["target"]
    if seen.state == "pmsuspended" and target != "disk":
        return []
    _running(seen, "sleep")
    agent_channel(seen, "operation")
    forbidden = {"mem": ["mem"], "disk": ["disk"], "hybrid": ["mem", "disk"]}[target]
    live = tree.parse(seen.live_xml or "")
    for one in forbidden:
        spot = tree.find(live, f"pm/suspend-to-{one}/@enabled")
        if spot and spot.text == "no":
            raise VmrtError(
                f"the definition of '{seen.name}' forbids to suspend to {one}", option="target"
            )
    return [actions.Sleep(seen.name, target, given["wait_timeout"])]


def _wake_up(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    if seen.state == "pmsuspended":
        return [Resume(seen.name)]
    _running(seen, "be awake")
    return []


def _inject_nmi(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _in_memory(seen, "gets interrupts")
    return [actions.InjectNmi(seen.name)]


def _send_keys(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    pressed = chords(given)
    _in_memory(seen, "has a keyboard")
    codeset = given.get("codeset", "linux")
    shown = given.get("keys")
    return [actions.SendKeys(seen.name, shown, codeset, given.get("hold_time", 50), pressed)]


def _screenshot(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _in_memory(seen, "has screens")
    screens = _screens(seen)
    wanted = given.get("screen", 0)
    if wanted >= screens:
        raise VmrtError(
            f"the vm '{seen.name}' has {screens} screens, which are counted from 0",
            option="screen" if screens else "operation",
            hint="" if screens else "Give it a video device.",
        )
    _writable(observer, given["path"])
    return [actions.Screenshot(seen.name, wanted, given["path"])]


def _screens(seen: Seen) -> int:
    models = tree.parse(seen.live_xml or "").iterfind("devices/video/model")
    return sum(int(model.get("heads") or 1) for model in models if model.get("type") != "none")


def _dump(given: Given, seen: Seen, observer: Observer) -> list[Action]:
    _in_memory(seen, "has memory to dump")
    kind = given.get("format", "raw")
    if kind != "raw" and not given.get("memory_only"):
        raise VmrtError(
            f"{kind} is a format of the guest's memory only",
            option="format",
            hint="Add memory_only=true.",
        )
    _writable(observer, given["path"])
    words = ("memory_only", "live", "crash", "reset", "bypass_cache")
    flags = [word for word in words if given.get(word)]
    return [actions.Dump(seen.name, given["path"], kind, flags)]


def _writable(observer: Observer, path: str) -> None:
    folder = posixpath.dirname(path)
    if is_here(observer.node()["uri"]) and not observer.is_folder(folder):
        raise VmrtError(
            f"there is no folder '{folder}'",
            option="path",
            hint="Make it first, or give another path.",
        )


_PLANS: dict[str, Callable[[Given, Seen, Observer], list[Action]]] = {
    "reboot": _reboot,
    "reset": _reset,
    "suspend": _suspend,
    "resume": _resume,
    "save": _save,
    "remove_save": _remove_save,
    "sleep": _sleep,
    "wake_up": _wake_up,
    "inject_nmi": _inject_nmi,
    "send_keys": _send_keys,
    "screenshot": _screenshot,
    "dump": _dump,
}


def report_power(observer: Observer, given: Given) -> dict[str, Any]:
    """What the vm does now; it may be gone."""
    seen = observer.look("vm", given["name"])
    return {"phase": phase(seen.state), "saved": seen.saved} if seen else {}


POWER_DEED = Deed(
    schema=VM_POWER,
    plan=plan_power_of,
    wait=wait_for_vm,
    report=report_power,
)
