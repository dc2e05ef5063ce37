# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_guest does in a guest, and what is to be done at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import (
    actions,
    command,
    file,
    grow,
    look,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.agent import Ask
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.keys import plan_keys
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.known import known_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import RUNNING
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.guest import OPERATIONS, VM_GUEST
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.operation import misplaced
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Refused,
    VmrtError,
    raise_all,
)

Given = Mapping[str, Any]

# A guest's clock is asked through several programs, so it is never known to the second.
_CLOCK_SECONDS = 2


def plan_guest(given: Given, observer: Observer) -> Plan:
    """The step, or none where it is so already, and what was read. Raises VmrtError where the
    guest can not be asked, or refuses."""
    raise_all(misplaced(OPERATIONS, given))
    name = given["name"]
    seen = known_vm(observer, name)
    if seen.state not in RUNNING:
        raise VmrtError(
            f"the vm '{name}' is {seen.state}, and only a running guest answers",
            option="name",
            hint="Start it first, with state=running of vm.",
        )

    def ask(asked: str, arguments: Mapping[str, Any]) -> Any:
        return observer.agent(name, asked, arguments)

    try:
        return _PLANS[given["operation"]](given, ask)
    except Refused as refused:
        raise Refused(
            refused.message, option=refused.option or "operation", hint=refused.hint
        ) from refused


def _told(what: Callable[[Ask], Mapping[str, Any]]) -> Callable[[Given, Ask], Plan]:
    def plan(given: Given, ask: Ask) -> Plan:
        return Plan(found=what(ask))

    return plan


def _one(step: Action, before: Mapping[str, Any], after: Mapping[str, Any], **found: Any) -> Plan:
    return Plan(actions=(step,), before=before, after=after, found=found)


def _set_password(given: Given, ask: Ask) -> Plan:
    ask("guest-ping", {})
    user, encrypted = given["user"], given.get("encrypted", False)
    step = actions.GuestPassword(given["name"], user, encrypted, given["password"])
    return _one(step, {}, {"user": user, "password": "set"})


def _freeze(given: Given, ask: Ask) -> Plan:
    if look.frozen(ask):
        return Plan(found={"frozen": True})
    step = actions.GuestFreeze(given["name"], given.get("mountpoints"))
    return _one(step, {"frozen": False}, {"frozen": True}, frozen=True)


def _thaw(given: Given, ask: Ask) -> Plan:
    if not look.frozen(ask):
        return Plan(found={"frozen": False})
    return _one(actions.GuestThaw(given["name"]), {"frozen": True}, {"frozen": False}, frozen=False)


def _trim(given: Given, ask: Ask) -> Plan:
    ask("guest-ping", {})
    return _one(actions.GuestTrim(given["name"], given.get("minimum", 0)), {}, {})


def _set_time(given: Given, ask: Ask) -> Plan:
    now = look.clock(ask)
    wanted = given.get("time")
    off = now["offset"] if wanted is None else now["guest_time"] - wanted
    if abs(off) < _CLOCK_SECONDS:
        return Plan()
    return _one(actions.GuestTime(given["name"], wanted), {"offset": off}, {"offset": 0})


_PLANS: dict[str, Callable[[Given, Ask], Plan]] = {
    "ping": _told(look.ping),
    "info": _told(look.info),
    "exec": command.plan_command,
    "read_file": file.plan_read,
    "write_file": file.plan_write,
    "set_password": _set_password,
    "authorized_keys": plan_keys,
    "freeze": _freeze,
    "thaw": _thaw,
    "file_systems": _told(look.file_systems),
    "grow_file_systems": grow.plan_growth,
    "trim": _trim,
    "get_time": _told(look.clock),
    "set_time": _set_time,
}

GUEST_DEED = Deed(schema=VM_GUEST, plan=plan_guest, verdict=command.verdict)
