# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The value of a secret: compared on the node, and never read by a plan."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import SetSecretValue
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET, VALUES
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.diff import Change

# What a difference says in the place of a value.
_ANOTHER = "another value"
_NONE = "no value"
_SET = "the value of this task"
_GENERATED = "a generated value"


@dataclass(frozen=True)
class ValuePlan:
    """What becomes of the value; ``replaces`` tells that there may be another one already."""

    steps: tuple[SetSecretValue, ...] = ()
    change: Change | None = None
    before: str = ""
    after: str = ""
    replaces: bool = False


def given_value(given: Mapping[str, Any]) -> bytes | None:
    """The bytes that the user gave, in one of the ways to give them."""
    if "value" in given:
        return str(given["value"]).encode()
    if "value_base64" in given:
        return base64.b64decode(given["value_base64"])
    return None


def plan_value(
    name: str, given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts, hides: bool
) -> ValuePlan:
    """``hides`` tells that the definition changes in such a way that the value has to be set again
    to be known by the next run."""
    wanted = given_value(given)
    if wanted is None and not given.get("generate"):
        return ValuePlan()
    has = False if seen is None else facts.has_secret_value(seen.name)
    if wanted is None:
        if has is not False:
            return ValuePlan()
        return ValuePlan(
            (SetSecretValue(name, is_new=seen is None),), before=_NONE, after=_GENERATED
        )

    step = SetSecretValue(name, base64.b64encode(wanted).decode(), is_new=seen is None)
    if seen is None or has is False:
        return ValuePlan((step,), before=_NONE, after=_SET)
    same = facts.is_secret_value(seen.name, wanted)
    if same:
        return ValuePlan((step,) if hides else ())
    option = next(one for one in VALUES if one in given)
    # What can not be compared is set, and is no difference that is known.
    change = Change(option, SECRET[option], _ANOTHER, _SET) if same is False else None
    before = _ANOTHER if change else "a value that can not be compared"
    return ValuePlan((step,), change, before, _SET, replaces=True)
