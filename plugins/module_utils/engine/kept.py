# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether what was asked for is there after a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def not_kept(
    resource: Resource, given: Mapping[str, Any], plan: Plan, observer: Observer
) -> list[str]:
    """A warning for each option that a run did not bring about, found by planning once more.

    libvirt and its hypervisors forget some options, or keep them in another form, without a word:
    then each later run would want the same change again.
    """
    if not any(isinstance(action, Define) for action in plan.actions):
        return []
    try:
        again = make_plan(resource, given, observer)
    except VmrtError as error:
        return [f"The next run will fail: {error}"]
    return [
        f"{told['option']}: libvirt was given '{told['after']}' and keeps '{told['before']}', so "
        "the next run will want to change it again. Give what it keeps, or leave the option out."
        for told in (change.as_dict() for change in again.changes)
    ]
