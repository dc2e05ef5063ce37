# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools: made with their folder, changed in place, forgotten without their contents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from tests.unit.support import converge, play

FOLDER = "/srv/fast"


def test_a_new_pool_is_defined_and_its_folder_made() -> None:
    made = play.node()
    plan = converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER)
    assert converge.steps(plan) == ["define pool fast", "build pool fast"]
    assert FOLDER in made.folders
    assert plan.before == {"state": "absent"}
    assert plan.after == {"name": "fast", "type": "dir", "target": FOLDER, "state": "inactive"}
    seen = converge.report(made, POOL_RESOURCE, name="fast")
    assert (seen["target"], seen["state"], seen["autostart"]) == (FOLDER, "inactive", False)
    assert "capacity" not in seen


def test_an_active_pool_is_built_before_it_starts_and_tells_its_room() -> None:
    made = play.node()
    plan = converge.run(made, POOL_RESOURCE, name="fast", state="active", autostart=True)
    assert converge.steps(plan) == [
        "define pool fast",
        "set autostart pool fast True",
        "build pool fast",
        "start pool fast",
    ]
    assert plan.filled == {"type": "dir", "target": "/var/lib/libvirt/images/fast"}
    seen = converge.report(made, POOL_RESOURCE, name="fast")
    assert seen["state"] == "active"
    assert seen["available"] > 0


def test_a_started_pool_gets_back_a_folder_that_was_lost() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER)
    made.folders.remove(FOLDER)
    plan = converge.run(made, POOL_RESOURCE, name="fast", state="active")
    assert converge.steps(plan) == ["build pool fast", "start pool fast"]
    assert (plan.before, plan.after) == ({"state": "inactive"}, {"state": "active"})


def test_the_pool_of_libvirts_own_tools_has_their_folder() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="default", state="absent")
    plan = converge.check(made, POOL_RESOURCE, name="default")
    assert plan.after["target"] == "/var/lib/libvirt/images"


def test_another_folder_of_an_active_pool_waits_for_its_restart() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER, state="active")
    plan = converge.run(made, POOL_RESOURCE, name="fast", target="/srv/other", mode="0711")
    assert converge.steps(plan) == ["define pool fast"]
    assert plan.restart_required == ("target", "mode")
    assert (plan.before, plan.after) == (
        {"target": FOLDER, "mode": None},
        {"target": "/srv/other", "mode": "0711"},
    )
    again = converge.check(made, POOL_RESOURCE, name="fast", target="/srv/other")
    assert again.restart_required == ("target",)
    stop = converge.run(made, POOL_RESOURCE, name="fast", state="inactive")
    assert converge.steps(stop) == ["stop pool fast"]
    start = converge.run(made, POOL_RESOURCE, name="fast", target="/srv/other", state="active")
    assert converge.steps(start) == ["build pool fast", "start pool fast"]
    assert start.restart_required == ()
    assert "/srv/other" in made.folders


def test_another_folder_of_an_inactive_pool_is_made_at_once() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER)
    plan = converge.run(made, POOL_RESOURCE, name="fast", target="/srv/other")
    assert converge.steps(plan) == ["define pool fast", "build pool fast"]
    assert plan.restart_required == ()


def test_a_pool_that_is_stopped_as_well_takes_its_new_folder_then() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER, state="active")
    plan = converge.run(made, POOL_RESOURCE, name="fast", target="/srv/other", state="inactive")
    assert converge.steps(plan) == ["define pool fast", "stop pool fast", "build pool fast"]
    assert plan.restart_required == ()


def test_a_device_is_never_formatted() -> None:
    made = play.node()
    xml = (
        "<pool type='logical'><name>vg</name><source><name>vg0</name></source>"
        "<target><path>/dev/vg0</path></target></pool>"
    )
    FakeHost(made).run(Define("pool", "vg", xml))
    plan = converge.check(made, POOL_RESOURCE, name="vg", state="active")
    assert converge.steps(plan) == ["start pool vg"]
    error = converge.refused(made, POOL_RESOURCE, name="vg", type="dir")
    assert error.option == "type"
    assert "'logical'" in str(error)


def test_an_edit_keeps_what_it_does_not_know() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER)
    root = made.pools["fast"].config
    uuid = root.findtext("uuid")
    tree.ensure(root, "target/permissions/label").put("system_u:object_r:virt_image_t:s0")
    converge.run(made, POOL_RESOURCE, name="fast", target="/srv/other", owner=64055)
    root = made.pools["fast"].config
    assert root.findtext("uuid") == uuid
    assert root.findtext("target/permissions/label") == "system_u:object_r:virt_image_t:s0"
    assert root.findtext("target/permissions/owner") == "64055"


def test_the_end_of_a_pool_leaves_its_folder() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", target=FOLDER, state="active")
    plan = converge.run(made, POOL_RESOURCE, name="fast", state="absent")
    assert converge.steps(plan) == ["stop pool fast", "undefine pool fast"]
    assert (plan.before, plan.after) == ({"state": "active"}, {"state": "absent"})
    assert FOLDER in made.folders
    gone = converge.report(made, POOL_RESOURCE, name="fast")
    assert gone == {"name": "fast", "state": "absent"}


def test_a_transient_pool_becomes_one_that_lasts() -> None:
    made = play.node()
    made.pools["default"].config = None
    plan = converge.run(made, POOL_RESOURCE, name="default", autostart=True)
    assert converge.steps(plan) == ["define pool default", "set autostart pool default True"]


def test_the_end_of_a_transient_pool_is_its_stop() -> None:
    made = play.node()
    made.pools["default"].config = None
    plan = converge.run(made, POOL_RESOURCE, name="default", state="absent")
    assert converge.steps(plan) == ["stop pool default"]


def test_two_pools_do_not_share_a_folder() -> None:
    made = play.node()
    error = converge.refused(made, POOL_RESOURCE, name="fast", target=play.FOLDER)
    assert error.option == "target"
    assert "the pool 'default'" in str(error)


@pytest.mark.parametrize("target", ["/etc", "..", "images", "/var/../etc", "/srv/a/", "/", ""])
def test_folders_that_no_pool_gets(target: str) -> None:
    error = converge.refused(play.node(), POOL_RESOURCE, name="fast", target=target)
    assert error.option == "target"
    assert repr(target) in str(error)


@pytest.mark.parametrize("mode", [457, "711x", "8", "99999", "u=rwx"])
def test_modes_are_octal_digits_in_quotes(mode: object) -> None:
    error = converge.refused(play.node(), POOL_RESOURCE, name="fast", mode=mode)
    assert error.option == "mode"
    assert "in quotes" in str(error)


def test_three_octal_digits_are_the_same_mode_as_four() -> None:
    made = play.node()
    converge.run(made, POOL_RESOURCE, name="fast", mode="711")
    assert not converge.check(made, POOL_RESOURCE, name="fast", mode="0711").actions


@pytest.mark.parametrize("owner", [-1, 2**32])
def test_owners_are_numbers_of_users(owner: int) -> None:
    error = converge.refused(play.node(), POOL_RESOURCE, name="fast", owner=owner)
    assert error.option == "owner"


_WISH = st.fixed_dictionaries(
    {},
    optional={
        "target": st.sampled_from([FOLDER, "/srv/other"]),
        "mode": st.sampled_from(["0711", "755"]),
        "owner": st.sampled_from([0, 64055]),
        "autostart": st.booleans(),
        "state": st.sampled_from(["present", "active", "active", "inactive", "absent"]),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_WISH, min_size=1, max_size=4))
def test_any_wishes_one_after_the_other_converge(wishes: list[dict[str, Any]]) -> None:
    made = play.node()
    for options in wishes:
        plan = converge.run(made, POOL_RESOURCE, name="fast", **options)
        thing = made.pools.get("fast")
        assert (thing is None) == (options.get("state") == "absent")
        if thing and thing.live is not None:
            waits = thing.live.findtext("target/path") != thing.config.findtext("target/path")
            assert ("target" in plan.restart_required) == (waits and "target" in options)
