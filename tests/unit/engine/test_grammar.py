# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every definition that is made is one that libvirt's own grammar allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Attach,
    CreateVolume,
    Define,
    Update,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play
from tests.unit.support.each_option import OPTIONS, wishes
from tests.unit.support.golden import CASES, load, outcome
from tests.unit.support.grammar import complaints, in_parts
from tests.unit.support.refusals import refusals
from tests.unit.support.resources import RESOURCES
from tests.unit.support.tasks import TASK
from tests.unit.support.wishes import values


def check(plan: Plan) -> None:
    for action in plan.actions:
        if isinstance(action, Define):
            assert complaints(action.kind, action.xml) == [], action.xml
        elif isinstance(action, CreateVolume):
            assert complaints("volume", action.xml) == [], action.xml


def attempt(kind: str, **options: Any) -> Plan | None:
    """The plan of a new thing, or None where it is refused."""
    resource = RESOURCES[kind].resource
    wish = {"name": "new", **RESOURCES[kind].options, **options}
    if refusals(resource.schema, wish):
        return None
    try:
        return make_plan(resource, play.wish(resource, **wish), FakeObserver(play.node()))
    except VmrtError:
        return None


@pytest.mark.parametrize("path", OPTIONS, ids=".".join)
@given(data=st.data())
@settings(max_examples=8)
def test_each_option_of_a_vm(path: tuple[str, ...], data: Any):
    """Whatever an option accepts, libvirt accepts."""
    plan = attempt("vm", **data.draw(wishes(path)))
    if plan:
        check(plan)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_cases(path: Path):
    """What options make together is allowed as well."""
    for step, xml in outcome(load(path)).get("xml", {}).items():
        if step.startswith("define"):
            for part in in_parts(xml):
                assert complaints("vm", part) == []


@given(TASK, TASK)
@settings(max_examples=40)
def test_vms(first: dict[str, Any], second: dict[str, Any]):
    """Also what becomes of a definition that is changed, and of devices that are plugged."""
    made = play.node()
    for task in (first, second):
        try:
            plan = play.plan(made, **task)
        except VmrtError:
            continue
        check(plan)
        for action in plan.actions:
            if isinstance(action, (Attach, Update)):
                assert complaints("vm", _around(play.config(made), action)) == []
        apply(plan, FakeHost(made))


def _around(config: tree.Element, action: Action) -> str:
    """A definition with no device but the one of an action."""
    root = tree.copy(config)
    root.find("devices")[:] = [tree.parse(action.xml)]
    return tree.render(root)


@pytest.mark.parametrize("kind", sorted(set(RESOURCES) - {"vm"}))
@given(data=st.data())
@settings(max_examples=25)
def test_other_things(kind: str, data: Any):
    plan = attempt(kind, **data.draw(values(RESOURCES[kind].resource.schema)))
    if plan:
        check(plan)


@pytest.mark.parametrize("kind", sorted(RESOURCES))
def test_things_are_made_at_all(kind: str):
    """The fewest options are not refused, so that the tests above check something."""
    plan = attempt(kind)
    assert plan is not None
    assert plan.actions
    check(plan)


def test_the_grammar_is_asked():
    assert complaints("vm", "<domain type='kvm'><name>a</name><oddity/></domain>")
