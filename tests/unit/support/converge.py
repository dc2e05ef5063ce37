# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of any module on a node in memory, as check mode and as a real run see it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support.play import wish


def check(
    made: FakeNode, resource: Resource, foreseen: Foreseen | None = None, **options: Any
) -> Plan:
    """The plan of a task, from which nothing changes."""
    before = made.picture()
    try:
        return make_plan(resource, wish(resource, **options), FakeObserver(made), foreseen)
    finally:
        assert made.picture() == before


def run(made: FakeNode, resource: Resource, **options: Any) -> Plan:
    """Run a task; the same task again finds nothing to do."""
    plan = check(made, resource, **options)
    apply(plan, FakeHost(made))
    again = check(made, resource, **options)
    assert again.actions == ()
    assert again.changes == ()
    return plan


def report(made: FakeNode, resource: Resource, **options: Any) -> dict[str, Any]:
    return dict(resource.report(FakeObserver(made), wish(resource, **options)))


def refused(made: FakeNode, resource: Resource, **options: Any) -> VmrtError:
    """The error of a task that is refused before anything changed."""
    with pytest.raises(VmrtError) as caught:
        check(made, resource, **options)
    assert caught.value.option
    return caught.value


def steps(plan: Plan) -> list[str]:
    """The actions, each with what it is done to."""
    return [str(action) for action in plan.actions]
