# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots of a vm in memory: what each holds, whatever becomes of the others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.halted import HALTED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import sources
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.plan import (
    SNAPSHOT_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.report import snapshots
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play
from tests.unit.support.tried import Tried

PATH = f"{play.FOLDER}/web1-root.qcow2"
HOUR = 3600


def vm(**options: Any) -> FakeNode:
    made = play.node()
    play.converge(made, disks=[play.disk(image="base.qcow2")], **options)
    return made


_TRIED = Tried(SNAPSHOT_RESOURCE, vm="web1")
foresee, refusal = _TRIED.foresee, _TRIED.refusal


def do(made: FakeNode, **options: Any) -> Plan:
    planned = foresee(made, **options)
    apply(planned, FakeHost(made))
    made.now += 1
    return planned


def at(made: FakeNode, path: str) -> Any:
    return next(one for one in made.volumes.values() if one.path == path)


def now_at(made: FakeNode) -> str:
    """The file of the disk, which the running machine has as well."""
    found = {
        dict(sources(one))["vda"]
        for one in (made.vms["web1"].config, made.vms["web1"].live)
        if one is not None
    }
    (path,) = found
    return path


def held(made: FakeNode, path: str) -> dict[str, str]:
    """What is read from a file, and through it from those below it."""
    volume = at(made, path)
    below = held(made, volume.backing) if volume.backing else {}
    return {**below, **volume.written}


def write(made: FakeNode, text: str) -> None:
    """A guest writes."""
    volume = at(made, now_at(made))
    volume.written = {**volume.written, "text": text}
    volume.length = 1 << 20


def kept(made: FakeNode) -> dict[str, dict[str, str]]:
    """What each snapshot holds."""
    found = {}
    for one in snapshots(FakeObserver(made), {"vm": "web1"})["snapshots"]:
        path = one["disks"][0]["path"]
        volume = at(made, path)
        found[one["name"]] = held(made, path)
        if one["kind"] == "internal":
            below = held(made, volume.backing) if volume.backing else {}
            found[one["name"]] = {**below, **volume.inside[one["name"]]}
    return found


def files(made: FakeNode) -> set[str]:
    return {one.path.rpartition("/")[2] for one in made.volumes.values()}


def test_the_kind_is_chosen_and_said():
    made = vm()
    planned = do(made, name="one")
    assert planned.filled["kind"] == "internal"
    assert do(made, name="one").actions == ()
    for node, reason in (
        (vm(firmware="efi"), "libvirt 9.0.0 takes no internal one of a UEFI vm"),
        (vm(state="running"), "an internal one of a running vm holds its memory"),
    ):
        planned = foresee(node, name="one", memory=None if "UEFI" in reason else False)
        assert planned.filled["kind"] == "external"
        assert planned.filled["kind_reason"] == reason
    raw = play.node()
    play.converge(raw, disks=[play.disk(format="raw")])
    assert foresee(raw, name="one").filled["kind_reason"] == "the disk root is raw, not qcow2"
    assert refusal(raw, name="one", kind="internal").option == "kind"
    assert any("UEFI" in one for one in foresee(vm(firmware="efi"), name="one").warnings)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"name": "../x"}, "name"),
        ({"name": "a;b"}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": ""}, "name"),
        ({}, "name"),
        ({"name": "one", "memory": True}, "memory"),
        ({"name": "one", "quiesce": True}, "quiesce"),
        ({"name": "one", "start": True}, "start"),
        ({"name": "one", "state": "reverted"}, "name"),
        ({"name": "one", "state": "absent", "description": "x"}, "description"),
        ({"name": "one", "keep": {"prefix": "o", "last": 0}}, "keep"),
    ],
)
def test_what_can_not_be_is_refused(options: dict[str, Any], option: str):
    assert refusal(vm(), **options).option == option


def test_a_vm_that_is_not_there_has_no_snapshots():
    made = play.node()
    assert refusal(made, name="one").option == "vm"
    assert foresee(made, name="one", state="absent").actions == ()


def test_an_agent_is_needed_to_come_to_rest():
    assert refusal(vm(state="running", channels=[]), name="one", quiesce=True).option == "quiesce"


def test_files_are_known_as_the_vms_own_before_they_are_made():
    made = vm(state="running")
    planned = do(made, name="one", kind="external")
    assert play.verbs(planned) == ["own_volumes", "take_snapshot"]
    assert files(made) == {
        *("base.qcow2", "web1-root.qcow2", "web1-root.one.qcow2", "web1.one.memory")
    }
    play.converge(made, state="absent", delete_disks="owned", force=True)
    assert files(made) == {"base.qcow2"}


def test_the_present_is_not_lost_without_a_word():
    made = vm()
    do(made, name="one", kind="external")
    assert do(made, name="one", state="reverted").actions == ()
    write(made, "new")
    assert refusal(made, name="one", state="reverted").option == "force"
    before = now_at(made)
    do(made, name="one", state="reverted", force=True)
    assert held(made, now_at(made)) == {}
    assert now_at(made) != before
    assert before.rpartition("/")[2] not in files(made)
    assert do(made, name="one", state="reverted").actions == ()


def test_memory_comes_back():
    made = vm(state="running")
    do(made, name="one", kind="external")
    write(made, "new")
    do(made, name="one", state="reverted", force=True)
    assert made.vms["web1"].state == "running"
    assert held(made, now_at(made)) == {}
    do(made, name="one", state="absent")
    assert files(made) == {"base.qcow2", "web1-root.qcow2"}


def test_an_internal_one_below_external_ones_is_left_alone():
    made = vm()
    do(made, name="inside", kind="internal")
    do(made, name="above", kind="external")
    refused = refusal(made, name="inside", state="reverted", force=True)
    assert "above" in str(refused)
    play.converge(made, state="running")
    assert "above" in str(refusal(made, name="inside", state="absent"))
    do(made, name="above", state="absent")
    do(made, name="inside", state="absent")
    assert kept(made) == {}


def test_a_file_that_another_vm_uses_is_left_as_it_is():
    made = vm()
    do(made, name="one", kind="external")
    play.converge(made, name="web2", disks=[{"name": "root", "path": PATH, "format": "qcow2"}])
    planned = do(made, name="one", state="absent")
    assert "merge_layers" not in play.verbs(planned)
    assert any("web2 uses it" in one for one in planned.warnings)


def test_retention_keeps_the_newest_of_each_period():
    made = vm()
    for hour in range(60):
        made.now = 1767225600 + hour * HOUR
        keep = {"prefix": "auto-", "last": 2, "hourly": 3, "daily": 3}
        do(made, name=f"auto-{hour}", kind="external", keep=keep)
        if hour == 5:
            do(made, name="mine", kind="external")
    names = set(kept(made))
    assert names == {"mine", "auto-23", "auto-47", "auto-57", "auto-58", "auto-59"}
    # A chain is no longer than its snapshots.
    assert len(files(made)) == len(names) + 2
    assert do(made, keep=keep).actions == ()


def test_what_a_run_left_behind_is_taken_up():
    made = vm()
    for number in range(3):
        do(made, name=f"s{number}", kind="external")
        write(made, f"after {number}")
    before = kept(made)
    planned = foresee(made, name="s1", state="absent")
    for steps in range(len(planned.actions)):
        copy = vm()
        for number in range(3):
            do(copy, name=f"s{number}", kind="external")
            write(copy, f"after {number}")
        apply(Plan(foresee(copy, name="s1", state="absent").actions[:steps]), FakeHost(copy))
        do(copy, name="s1", state="absent")
        do(copy, name="s1", state="absent")
        assert kept(copy) == {"s0": before["s0"], "s2": before["s2"]}
        assert held(copy, now_at(copy)) == {"text": "after 2"}
        assert foresee(copy, name="s1", state="absent").actions == ()
        # A file more may stay for what s2 holds, and goes with it.
        do(copy, name="s2", state="absent")
        assert len(files(copy)) == 3


def test_a_revert_that_broke_off_is_taken_up():
    for steps in range(1, 8):
        made = vm()
        do(made, name="one", kind="external")
        write(made, "new")
        whole = foresee(made, name="one", state="reverted", force=True).actions
        apply(Plan(whole[:steps]), FakeHost(made))
        do(made, name="one", state="reverted", force=True)
        assert held(made, now_at(made)) == {}
        assert foresee(made, name="one", state="reverted").actions == ()
        assert len(files(made)) == 3


def test_a_failed_step_is_named():
    made = vm()
    do(made, name="one", kind="external")
    planned = foresee(made, name="one", state="absent")
    made.vms["web1"].snapshots.clear()
    with pytest.raises(StepFailed, match="forget snapshot web1 one"):
        apply(planned, FakeHost(made))


def test_a_file_on_which_another_branch_rests_is_not_merged_away():
    made = vm()
    for name in ("a", "b", "c"):
        write(made, name)
        do(made, name=name, kind="external")
    do(made, name="b", state="reverted", force=True)
    before = kept(made)
    do(made, name="a", state="absent")
    assert kept(made) == {name: before[name] for name in ("b", "c")}
    for name in ("c", "b"):
        do(made, name=name, state="absent")
    assert held(made, now_at(made)) == {"text": "b"}
    assert files(made) == {"base.qcow2", "web1-root.qcow2"}


NAMES = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.uuids().map(str)),
        st.tuples(st.just("external"), NAMES),
        st.tuples(st.just("internal"), NAMES),
        st.tuples(st.just("absent"), NAMES),
        st.tuples(st.just("reverted"), NAMES),
        st.tuples(st.sampled_from(["running", "stopped"]), st.just("")),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_nothing_is_lost_whatever_is_done(steps: list[tuple[str, str]]):
    made = vm()
    now: dict[str, str] = {}
    then: dict[str, dict[str, str]] = {}
    for verb, word in steps:
        try:
            if verb == "write":
                write(made, word)
                now = {"text": word}
            elif verb in ("running", "stopped"):
                play.converge(made, state=verb, force=True)
            elif verb == "reverted":
                do(made, name=word, state=verb, force=True)
                now = then[word]
            elif verb == "absent":
                do(made, name=word, state=verb)
                then.pop(word, None)
                assert foresee(made, name=word, state=verb).actions == ()
            else:
                do(made, name=word, kind=verb)
                then.setdefault(word, now)
                assert foresee(made, name=word, kind=verb).actions == ()
        except StepFailed:
            raise
        except VmrtError:
            # It was refused, and nothing was touched.
            pass
        assert held(made, now_at(made)) == now
        assert kept(made) == then
    for name in ("a", "b", "c", "d", "a", "b", "c", "d"):
        play.converge(made, state="stopped", force=True)
        try:
            do(made, name=name, state="absent")
        except VmrtError:
            # One that is inside of a file goes once that is no longer below another.
            continue
        then.pop(name, None)
        assert held(made, now_at(made)) == now
        assert kept(made) == then
    assert files(made) == {"base.qcow2", "web1-root.qcow2"}


@pytest.mark.parametrize("named", [{"volume": "web1-root.qcow2"}, {"path": PATH}, {}])
def test_a_declared_disk_stays_in_its_overlay(named: dict[str, Any]):
    made = vm()
    do(made, name="one", kind="external")
    disk = {"name": "root", "format": "qcow2", **named}
    assert play.plan(made, disks=[disk]).actions == ()
    if "path" not in named:
        larger = play.plan(made, disks=[{**disk, "size": "20GiB"}])
        assert [one.volume for one in larger.actions] == ["web1-root.one.qcow2"]
    # It moves to any other file that is named, also to the image at the very bottom.
    moved = play.plan(made, disks=[{"name": "root", "volume": "base.qcow2"}])
    assert play.verbs(moved) == ["define"]


def test_a_format_is_that_of_the_file_below_the_overlay():
    made = play.node()
    disk = {"name": "root", "size": "1GiB", "format": "raw"}
    play.converge(made, disks=[disk])
    do(made, name="one", kind="external")
    assert now_at(made).endswith(".one.qcow2")
    assert play.plan(made, disks=[disk]).actions == ()
    with pytest.raises(VmrtError, match="can not be changed") as caught:
        play.plan(made, disks=[{**disk, "format": "vmdk"}])
    assert caught.value.option == "disks[root].format"


def test_a_disk_with_snapshots_inside_does_not_grow():
    made = vm()
    do(made, name="one")
    with pytest.raises(VmrtError, match="holds the snapshots one") as caught:
        play.plan(made, disks=[play.disk(size="20GiB")])
    assert caught.value.option == "disks[root].size"


@pytest.mark.parametrize("alive", [True, False])
def test_a_vm_that_a_dead_run_left_in_memory_is_brought_down(alive: bool):
    made = vm()
    do(made, name="one", kind="external")
    thing = made.vms["web1"]
    thing.live, thing.state = tree.copy(thing.config), "paused"
    tree.ensure(thing.live, HALTED, VM.order).put("4711")
    if not alive:
        made.missing.add("/proc/4711")
    steps = [action.verb for action in do(made, name="one", state="absent").actions]
    assert ("stop" in steps) is not alive
    assert "merge_layers" in steps
    assert thing.state == ("paused" if alive else "shutoff")


def test_there_is_no_way_back_to_what_a_broken_removal_has_overwritten():
    made = vm()
    for name in ("one", "two", "three"):
        do(made, name=name, kind="external")
    merge = foresee(made, name="one", state="absent", descendants=True).actions[0]
    FakeHost(made).run(merge)
    for name in ("one", "two", "three"):
        error = refusal(made, name=name, state="reverted", force=True)
        assert f"the removal of '{name}' has begun" in error.message
    do(made, name="one", state="absent", descendants=True)
    assert made.vms["web1"].snapshots == {}
