# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups of a vm in memory: what each gives back, whatever becomes of the others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.export import (
    EXPORT_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.plan import (
    BACKUP_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.report import backups
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.restore import (
    RESTORE_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.plan import (
    SNAPSHOT_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import FileSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play

FOLDER = "/srv/backup"
DAY = 86400
DISKS = [play.disk(size="1GiB"), play.disk("data", size="1GiB")]


def vm(**options: Any) -> FakeNode:
    made = play.node()
    made.folders.add(FOLDER)
    play.converge(made, **{"state": "running", "disks": DISKS, **options})
    return made


def foresee(made: FakeNode, resource: Resource = BACKUP_RESOURCE, /, **options: Any) -> Plan:
    """What check mode plans, which leaves everything as it is."""
    before = made.picture()
    wanted = play.wish(resource, **{"vm": "web1", "folder": FOLDER, **options})
    planned = make_plan(resource, wanted, FakeObserver(made))
    assert made.picture() == before
    return planned


def do(made: FakeNode, resource: Resource = BACKUP_RESOURCE, /, **options: Any) -> Plan:
    planned = foresee(made, resource, **options)
    apply(planned, FakeHost(made))
    made.now += 1
    return planned


def snapshot(made: FakeNode, **options: Any) -> None:
    wanted = play.wish(SNAPSHOT_RESOURCE, vm="web1", name="inside", **options)
    apply(make_plan(SNAPSHOT_RESOURCE, wanted, FakeObserver(made)), FakeHost(made))


def refusal(made: FakeNode, resource: Resource = BACKUP_RESOURCE, /, **options: Any) -> VmrtError:
    with pytest.raises(VmrtError) as caught:
        foresee(made, resource, **options)
    return caught.value


def root(made: FakeNode, name: str = "web1") -> Volume:
    return made.volumes["default", f"{name}-root.qcow2"]


def write(made: FakeNode, text: str) -> None:
    """A guest writes: always one place, and one of its own."""
    root(made).written = {**root(made).written, "same": text, text: text}


def told(made: FakeNode, **options: Any) -> dict[str, dict[str, Any]]:
    found = backups(FakeObserver(made), {"folder": FOLDER, "verify": True, **options})
    return {one["name"]: one for one in found["backups"]}


def test_each_one_gives_back_what_the_disk_held():
    made = vm()
    for name in ("one", "two", "three"):
        write(made, name)
        planned = do(made, name=name)
        assert do(made, name=name).actions == ()
        assert planned.filled["kind"] == ("full" if name == "one" else "incremental")
    assert told(made)["three"]["chain"] == ["one", "two", "three"]
    # libvirt has to record from one moment on, and no more.
    assert [name[:5] for name in made.vms["web1"].checkpoints] == ["three"]
    done = do(made, RESTORE_RESOURCE, name="two", new_name="web2", start=True)
    assert play.verbs(done) == ["restore_disk", "restore_disk", "define_with_volumes", "start"]
    assert root(made, "web2").written == {"same": "two", "one": "one", "two": "two"}
    first, second = (made.vms[name].config for name in ("web1", "web2"))
    assert first.findtext("uuid") != second.findtext("uuid")
    assert do(made, RESTORE_RESOURCE, name="two", new_name="web2").actions == ()
    assert refusal(made, RESTORE_RESOURCE, name="one", new_name="web2").option == "new_name"


def test_what_an_incremental_one_can_not_rest_on_is_said():
    made = vm()
    assert "no backup that it could rest on" in refusal(made, name="x", kind="incremental").message
    do(made, name="one")
    made.vms["web1"].checkpoints.clear()
    assert "does not know any more" in foresee(made, name="two").filled["kind_reason"]
    do(made, name="two")
    assert foresee(made, name="three", full_after=0).filled["kind"] == "full"
    assert foresee(made, name="three", full_after=1).filled["kind"] == "incremental"
    name = next(iter(made.vms["web1"].checkpoints))
    kept = made.vms["web1"].checkpoints[name]
    made.vms["web1"].checkpoints[name] = replace(kept, sound=frozenset(["vdb"]))
    assert foresee(made, name="three").filled["kind_reason"] == "but root in full"
    made.vms["web1"].checkpoints[name] = replace(kept, sound=frozenset())
    assert foresee(made, name="three").filled["kind"] == "full"
    made.vms["web1"].checkpoints[name] = kept
    snapshot(made)
    assert "internal snapshots: inside" in foresee(made, name="three").filled["kind_reason"]


def test_a_disk_that_was_set_back_is_copied_in_full():
    made = vm()
    snapshot(made)
    write(made, "one")
    do(made, name="one")
    snapshot(made, state="reverted", force=True)
    snapshot(made, state="absent")
    planned = do(made, name="two")
    assert "does not know any more" in planned.filled["kind_reason"]
    do(made, RESTORE_RESOURCE, name="two", new_name="web2")
    assert root(made, "web2").written == root(made).written == {}


def test_another_vm_of_that_name_begins_anew():
    made = vm()
    do(made, name="one")
    made.vms["web1"].config.find("uuid").text = "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"
    assert "another vm" in foresee(made, name="two").filled["kind_reason"]


@pytest.mark.parametrize(
    ("state", "options", "message"),
    [
        ("running", {"folder": "/srv/nowhere"}, "there is no folder"),
        ("running", {"exclude": ["nothing"]}, "has no disk nothing"),
        ("running", {"exclude": ["root", "data"]}, "has no disk to back up"),
        ("stopped", {"quiesce": True}, "does not run"),
        ("running", {"quiesce": True}, "no channel to a guest agent"),
        ("running", {"descendants": True}, "means nothing with state=present"),
        ("running", {"state": "absent", "keep": {"last": 1}}, "means nothing with state=absent"),
        ("running", {"keep": {"last": 0}}, "no rule would keep"),
    ],
)
def test_what_is_refused(state: str, options: dict[str, Any], message: str):
    made = vm(state=state, channels=[])
    assert message in refusal(made, **{"name": "one", **options}).message


def test_a_chain_loses_no_link():
    made = vm()
    for name in ("one", "two", "three"):
        do(made, name=name)
    error = refusal(made, name="two", state="absent")
    assert error.message == "three rest on 'two'"
    assert play.verbs(do(made, name="nothing", state="absent")) == []
    done = do(made, name="two", state="absent", descendants=True)
    assert [action.backup for action in done.actions] == ["three", "two"]
    assert set(told(made)) == {"one"}
    assert made.vms["web1"].checkpoints == {}


def test_what_rules_keep():
    made = vm()
    for day in range(6):
        do(made, name=f"day-{day}", full_after=2, keep={"last": 2})
        made.now += DAY
    # The last two rest on day-3.
    assert list(told(made)) == ["day-3", "day-4", "day-5"]
    assert all(one["whole"] for one in told(made).values())
    done = do(made, name="mine", kind="full", keep={"last": 1, "prefix": "day-"})
    assert [action.verb for action in done.actions] == ["take_backup"]


def test_a_broken_link_is_named():
    made = vm()
    for name in ("one", "two", "three"):
        write(made, name)
        do(made, name=name)
    key = (FOLDER, "web1", "two")
    two = made.backups[key]
    broken = {
        "two/vda.qcow2 is missing": {"vda.qcow2": None},
        "two/vda.qcow2 has 5 bytes, not 1000": {"vda.qcow2": FileSeen(5)},
        "two/definition.xml is missing": {"definition.xml": None},
        "rests on the backing file '/etc/shadow', and not on": {
            "vda.qcow2": FileSeen(1000, "the backing file '/etc/shadow'")
        },
    }
    for problem, files in broken.items():
        changed = {**two.files, **files}
        kept = {name: file for name, file in changed.items() if file is not None}
        made.backups[key] = replace(two, files=kept)
        found = told(made)
        assert found["one"]["whole"]
        for name in ("two", "three"):
            (said,) = found[name]["problems"]
            assert problem in said
            assert problem in refusal(made, RESTORE_RESOURCE, name=name, new_name="x").message
        assert "is broken" in foresee(made, name="four").filled["kind_reason"]
    made.backups[key] = two
    made.written[f"{FOLDER}/web1/one/vda.qcow2"] = {"same": "other"}
    assert told(made)["three"]["problems"] == ["one/vda.qcow2 has another digest"]
    assert told(made, verify=False)["three"]["whole"]
    del made.backups[key]
    assert told(made, verify=False)["three"]["problems"] == [
        "two, which three rests on, is missing"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"parent": "../../etc"},
        {"vm": "web2"},
        {"format": 2},
        {"created": "now"},
        {"kind": "incremental"},
        {"disks": [{"target": "../x"}]},
        {"surplus": 1},
    ],
)
def test_an_entry_is_not_trusted(change: dict[str, Any]):
    made = vm()
    do(made, name="one")
    key = (FOLDER, "web1", "one")
    entry = {**json.loads(made.backups[key].entry or ""), **change}
    made.backups[key] = replace(made.backups[key], entry=json.dumps(entry))
    found = told(made)["one"]
    assert not found["whole"]
    assert found["problems"][0].startswith("one/backup.json is not understood")
    assert "not understood" in refusal(made, RESTORE_RESOURCE, name="one", new_name="x").message
    assert do(made, name="one").actions == (), "its name is taken"
    assert play.verbs(do(made, name="one", state="absent")) == ["remove_backup"]


def test_what_did_not_come_to_its_end_is_cleared_by_the_next():
    made = vm()
    made.full = True
    with pytest.raises(StepFailed, match="No space left"):
        do(made, name="one")
    assert told(made) == {}
    found = backups(FakeObserver(made), {"folder": FOLDER, "verify": False})
    assert found["leftovers"] == [f"{FOLDER}/web1/one"]
    made.full = False
    assert play.verbs(do(made, name="two")) == ["clear_backup", "take_backup"]
    assert told(made)["two"]["whole"]


def test_nothing_is_written_over():
    made = vm()
    write(made, "one")
    do(made, name="one")
    write(made, "later")
    assert "is not off" in refusal(made, RESTORE_RESOURCE, replace=True).message
    assert "was not made of this backup" in refusal(made, RESTORE_RESOURCE).message
    play.converge(made, state="stopped", force=True, stop_timeout=1)
    uuid = made.vms["web1"].config.findtext("uuid")
    done = do(made, RESTORE_RESOURCE, replace=True)
    assert made.vms["web1"].config.findtext("uuid") == uuid
    assert root(made).written["same"] == "later"
    assert made.volumes["default", "web1-root.one.qcow2"].written["same"] == "one"
    assert any("web1-root.qcow2 stays" in one for one in done.warnings)
    gone = play.converge(made, state="absent", delete_disks="owned")
    assert play.verbs(gone).count("delete_volume") == 4
    # The vm is gone, and its backup is not.
    assert play.verbs(do(made, RESTORE_RESOURCE))[-1] == "define_with_volumes"
    assert root(made).written == {"same": "one", "one": "one"}
    assert play.plan(made, disks=DISKS).actions == ()


def export(made: FakeNode, **options: Any) -> Plan:
    return do(made, EXPORT_RESOURCE, **{"folder": None, **options})


def exported(made: FakeNode) -> list[dict[str, Any]]:
    wanted = play.wish(EXPORT_RESOURCE, vm="web1", port=10809)
    return list(EXPORT_RESOURCE.report(FakeObserver(made), wanted)["exports"])


def test_disks_are_served():
    made = vm()
    assert play.verbs(export(made, port=10809, checkpoint="monday")) == ["export_disks"]
    assert export(made, port=10809).actions == ()
    assert [one["uri"] for one in exported(made)] == [
        *("nbd://127.0.0.1:10809/vda", "nbd://127.0.0.1:10809/vdb"),
    ]
    assert not any(one["bitmap"] for one in exported(made))
    error = refusal(made, EXPORT_RESOURCE, folder=None, port=10810)
    assert "another backup or export" in error.message
    assert play.verbs(export(made, state="absent")) == ["end_export"]
    assert export(made, state="absent").actions == ()
    assert exported(made) == []
    export(made, socket="/run/nbd", since="monday", checkpoint="tuesday")
    assert exported(made)[0] == {
        "name": "root",
        "target": "vda",
        "uri": "nbd+unix:///vda?socket=/run/nbd",
        "bitmap": "backup-vda",
    }
    done = export(made, state="absent", forget=["monday", "nothing"])
    assert play.verbs(done) == ["end_export", "forget_checkpoint"]
    assert set(made.vms["web1"].checkpoints) == {"tuesday"}


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"port": 1, "since": "nothing"}, "since"),
        ({"port": 1, "checkpoint": "monday"}, "checkpoint"),
        ({"port": 1, "quiesce": True}, "quiesce"),
        ({}, "port"),
        ({"state": "absent", "since": "monday"}, "since"),
    ],
)
def test_what_can_not_be_served(options: dict[str, Any], option: str):
    made = vm(channels=[])
    export(made, port=10809, checkpoint="monday")
    export(made, state="absent")
    assert refusal(made, EXPORT_RESOURCE, **{"folder": None, **options}).option == option
    play.converge(made, state="stopped", force=True, stop_timeout=1)
    assert "is off" in refusal(made, EXPORT_RESOURCE, folder=None, port=1).message


_STEPS = st.lists(
    st.sampled_from(["write", "write", "take", "take", "full", "keep", "forget", "remove"]),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(_STEPS)
def test_whatever_happens_each_one_is_whole(steps: list[str]):
    made = vm()
    held: dict[str, dict[str, str]] = {}
    for number, step in enumerate(steps):
        name = f"b{number}"
        if step == "write":
            write(made, name)
        elif step == "forget":
            made.vms["web1"].checkpoints.clear()
        elif step == "remove":
            for last in list(held)[-1:]:
                do(made, name=last, state="absent")
                del held[last]
        else:
            held[name] = dict(root(made).written)
            kept = {"keep": {"last": 2}} if step == "keep" else {}
            do(made, name=name, kind="full" if step == "full" else "auto", **kept)
        found = told(made)
        assert all(one["whole"] for one in found.values())
        assert step == "keep" or set(held) == set(found)
        held = {name: one for name, one in held.items() if name in found}
    for name, written in held.items():
        do(made, RESTORE_RESOURCE, name=name, new_name=f"of-{name}")
        assert root(made, f"of-{name}").written == written
