# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes a secret to what its options say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Undefine
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fixed import fixed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.check import check_secret
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.name import secret_name
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.users import users
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.value import (
    ValuePlan,
    plan_value,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET, VALUES
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change, diff
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import show
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def plan_secret(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """The plan that takes a secret, or its absence, to what was given."""
    if given["state"] == "absent":
        return _removal(given, seen, facts)
    root = tree.parse(seen.xml) if seen else tree.new(SECRET.tag)
    changes = diff(SECRET, given, root) if seen else []
    found = read(SECRET, root) if seen else {}
    raise_all([*fixed(changes), *check_secret(given, found)])
    write(SECRET, given, root)

    name = seen.name if seen else secret_name(given)
    value = plan_value(name, given, seen, facts, _hides(changes))
    if value.replaces and not given["force"]:
        _keep_what_it_opens(given, found, facts)
    told = [*changes, *([value.change] if value.change else [])]
    return Plan(
        actions=(*activity.define("secret", name, seen, root), *value.steps),
        changes=tuple(told),
        before=_before(changes, seen, value),
        after=_after(given, changes, seen, value),
        warnings=_warnings(name, given, seen, facts),
    )


def _hides(changes: list[Change]) -> bool:
    """libvirt then does not tell the value any more, or writes it anew."""
    return any(change.path in ("private", "ephemeral") for change in changes)


def _before(changes: list[Change], seen: Seen | None, value: ValuePlan) -> dict[str, Any]:
    if seen is None:
        return {"state": "absent"}
    told = {change.path: change.as_dict()["before"] for change in changes}
    return {**told, "value": value.before} if value.before else told


def _after(
    given: Mapping[str, Any], changes: list[Change], seen: Seen | None, value: ValuePlan
) -> dict[str, Any]:
    if seen is None:
        kept = {name: one for name, one in given.items() if name not in VALUES}
        told = show(SECRET, {name: one for name, one in kept.items() if not SECRET[name].steers})
        told["state"] = "present"
    else:
        told = {change.path: change.as_dict()["after"] for change in changes}
    return {**told, "value": value.after} if value.after else told


def _warnings(
    name: str, given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts
) -> tuple[str, ...]:
    if any(given.get(one) for one in VALUES):
        return ()
    if seen is not None and facts.has_secret_value(seen.name) is not False:
        return ()
    return (f"The secret '{name}' has no value: what needs it can not start.",)


def _keep_what_it_opens(
    given: Mapping[str, Any], found: Mapping[str, Any], facts: NodeFacts
) -> None:
    locked = [user.called for user in users(found, facts) if user.encrypts]
    if locked:
        raise VmrtError(
            f"this may not be the value with which {', '.join(locked)} is encrypted",
            option=next(one for one in VALUES if one in given),
            hint="With another value it can not be opened. Say force=true if this is the right "
            "one.",
        )


def _removal(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    if seen is None:
        return Plan()
    found = read(SECRET, tree.parse(seen.xml))
    who = [] if given["force"] else [user.called for user in users(found, facts)]
    if who:
        raise VmrtError(
            f"the secret '{seen.name}' is needed by {', '.join(who)}",
            option="state",
            hint="Remove these first, or say force=true: its value is then lost.",
        )
    return Plan(
        (Undefine("secret", seen.name),), before={"state": "present"}, after={"state": "absent"}
    )
