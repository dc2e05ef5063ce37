# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many things of one node as one wish."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions, progress
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.fleet import (
    Fleet,
    secrets_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import make_plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.plan import (
    TEMPLATE_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.fleet import FLEET
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB, MIB
from tests.unit.support import play

IMAGE = "https://example.com/more.qcow2"


class Host(FakeHost):
    """A host of which each worker has one; the node below takes one step at a time, as libvirt
    does with one vm."""

    lock = threading.Lock()
    most_starting = 0

    def run(self, action: actions.Action) -> Any:
        with Host.lock:
            return super().run(action)


def vm(name: str, **options: Any) -> dict[str, Any]:
    disks = [{"name": "root", "image": "base.qcow2"}]
    return {"name": name, "memory": "1GiB", "disks": disks, "state": "running", **options}


def check(made: FakeNode, **wish: Any) -> tuple[str, dict[str, Any]]:
    """What a task in check mode tells; it changes nothing."""
    before = made.picture()
    fleet = Fleet(accept(FLEET, wish))
    fleet.foresee(FakeObserver(made), Foreseen())
    assert made.picture() == before
    return fleet.trouble(), fleet.result()


def plans(result: Mapping[str, Any]) -> dict[str, Any]:
    """What became of each thing, without what only a real run can know."""
    things = {"vms": result["outcome"], **result["shared"]}
    after = ("vm", "secret", "pool", "network", "image", "disk", "phase")
    return {
        f"{kind}/{name}": {key: value for key, value in one.items() if key not in after}
        for kind, some in things.items()
        for name, one in some.items()
    }


def run(made: FakeNode, **wish: Any) -> tuple[str, dict[str, Any]]:
    """What a task does, which is what check mode tells."""
    _trouble, predicted = check(made, **wish)
    fleet = Fleet(accept(FLEET, wish))
    reader = FakeObserver(made)
    fleet.converge(reader, lambda: reader, lambda _progress: Host(made))
    result = fleet.result()
    assert plans(result) == plans(predicted)
    return fleet.trouble(), result


def verbs(result: Mapping[str, Any], name: str) -> list[str]:
    return [action["action"] for action in result["outcome"][name].get("actions", ())]


def prepared(result: Mapping[str, Any]) -> list[str]:
    return result["diff"][0]["prepared"].splitlines()


def test_vms_and_what_they_need_come_in_one_task():
    made = play.node()
    made.sources[IMAGE] = play.IMAGE_SIZE
    wish = {
        "pools": [{"name": "fleet", "target": "/srv/fleet", "state": "active"}],
        "networks": [{"name": "front", "mode": "isolated", "state": "active"}],
        "images": [{"name": "more.qcow2", "pool": "fleet", "url": IMAGE}],
        "disks": [{"name": "data.qcow2", "pool": "fleet", "size": "1GiB"}],
        "vms": [
            vm(
                f"web{number}",
                disks=[{"name": "root", "pool": "fleet", "image": "more.qcow2", "size": "4GiB"}],
                nics=[{"name": "front", "network": "front"}],
            )
            for number in range(12)
        ],
    }
    trouble, result = run(made, **wish)
    assert not trouble
    assert result["changed"]
    assert list(result["outcome"]) == [f"web{number}" for number in range(12)]
    assert {one["phase"] for one in result["outcome"].values()} == {"Running"}
    assert verbs(result, "web3") == ["define", "create_volume", "start"]
    assert set(result["shared"]["images"]) == {"fleet/more.qcow2"}
    assert result["summary"]["create"] == list(result["outcome"])
    assert {thing.state for thing in made.vms.values()} == {"running"}

    trouble, again = run(made, **wish)
    assert not trouble
    assert not again["changed"]
    assert again["summary"]["unchanged"] == 12
    assert prepared(again) == ["12 unchanged"]
    assert "vm" not in again["outcome"]["web1"]


def test_secrets_come_first_and_go_last():
    made = play.node()
    uuid = "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"
    secret = {"type": "vtpm", "usage": "web1", "uuid": uuid}
    tpm = {"model": "tpm-crb", "version": "2.0", "encryption_secret": uuid}
    one = vm("web1", tpm=tpm)
    wish = {"secrets": [{**secret, "value": "correct horse"}], "vms": [one]}
    assert secrets_of(wish) == {"correct horse"}
    trouble, result = run(made, **wish)
    assert not trouble
    assert "correct horse" not in repr(result)
    (told,) = result["shared"]["secrets"].items()
    assert told[0] == "vtpm/web1"
    assert [step["action"] for step in told[1]["actions"]] == ["define", "set_secret_value"]
    assert prepared(result)[1:] == ["+ secret vtpm/web1", "+ web1"]
    assert not run(made, **wish)[1]["changed"]

    trouble, _result = run_failing(made, secrets=[{**secret, "state": "absent"}], vms=[one])
    assert "the vm 'web1'" in trouble
    gone = [{"name": "web1", "state": "absent", "force": True}]
    trouble, _result = run(made, secrets=[{**secret, "state": "absent"}], vms=gone)
    assert not trouble
    assert not made.secrets


SIZES = {"sized": {}, "larger": {"size": "4GiB"}}


def test_disks_are_sized_by_an_image_of_the_same_task():
    made = play.node()
    made.sources[IMAGE] = play.IMAGE_SIZE
    wish = {
        "pools": [{"name": "fleet", "target": "/srv/fleet", "state": "active"}],
        "images": [
            {"name": "more.qcow2", "pool": "fleet", "url": IMAGE},
            {"name": "more.raw", "pool": "fleet", "url": IMAGE, "format": "raw"},
        ],
        "disks": [
            {"name": f"{name}.qcow2", "pool": "fleet", "image": "more.raw", **size}
            for name, size in SIZES.items()
        ],
        "vms": [
            vm(name, disks=[{"name": "root", "pool": "fleet", "image": "more.qcow2", **size}])
            for name, size in SIZES.items()
        ]
        + [vm("data", disks=[{"name": "data", "pool": "fleet", "volume": "sized.qcow2"}])],
    }
    trouble, _result = run(made, **wish)
    assert not trouble
    for name in ("sized.qcow2", "sized-root.qcow2"):
        assert made.volumes["fleet", name].capacity == play.IMAGE_SIZE
    assert made.volumes["fleet", "larger-root.qcow2"].capacity == 4 * GIB
    trouble, again = run(made, **wish)
    assert not trouble
    assert not again["changed"]

    wish["vms"] = [
        {"name": one["name"], "state": "absent", "delete_disks": "owned", "force": True}
        for one in wish["vms"]
    ]
    for kind in ("pools", "images", "disks"):
        wish[kind] = [{**one, "state": "absent"} for one in wish[kind]]
    trouble, _result = run(made, **wish)
    assert not trouble
    assert not made.vms
    assert {pool for pool, _name in made.volumes} == {"default"}


def test_an_image_that_is_larger_than_a_disk_of_the_same_task_is_told():
    made = play.node()
    made.sources["/srv/more.qcow2"] = play.IMAGE_SIZE
    small = {"name": "root", "image": "more.qcow2", "size": "1GiB"}
    wish = {
        "images": [{"name": "more.qcow2", "path": "/srv/more.qcow2"}],
        "vms": [vm("web1", disks=[small])],
    }
    trouble, _result = check(made, **wish)
    assert "disks[root].size: 1GiB is less than the 2GiB of its image" in trouble
    assert run_failing(made, **wish)[0] == trouble


@pytest.mark.parametrize("state", ["present", "inactive", "active"])
def test_what_is_made_and_not_started_is_foreseen_as_it_is(state: str):
    made = play.node()
    trouble, _result = run(
        made,
        pools=[{"name": "fleet", "target": "/srv/fleet", "state": state}],
        networks=[{"name": "front", "mode": "isolated", "state": state}],
        vms=[
            vm("disk", disks=[{"name": "root", "pool": "fleet", "size": "1GiB"}]),
            vm("nic", nics=[{"name": "front", "network": "front"}]),
        ],
    )
    assert bool(trouble) == (state != "active"), trouble


def test_a_failure_of_one_does_not_hinder_the_others():
    made = play.node()
    trouble, result = run(
        made,
        vms=[
            vm("web1"),
            vm("web2", disks=[{"name": "root", "pool": "nowhere", "image": "base.qcow2"}]),
            vm("web3", memory="much"),
            vm("web4", memroy="1GiB"),
            vm("web5"),
            {"memory": "1GiB"},
        ],
    )
    assert sorted(made.vms) == ["web1", "web5"]
    assert result["summary"]["failed"] == ["web2", "web3", "web4", "5"]
    assert trouble.startswith("4 of 6 failed: web2: disks[root].pool: ")
    assert "vms[web3].memory: 'much'" in result["outcome"]["web3"]["msg"]
    assert result["outcome"]["web4"]["msg"].startswith("vms[web4].memroy: ")
    assert "Did you mean memory?" in result["outcome"]["web4"]["msg"]
    assert "vms[5].name: is needed" in result["outcome"]["5"]["msg"]


def test_what_was_done_before_a_failure_is_told():
    made = play.node()
    play.converge(made, name="web1", state="running")
    made.deaf.add("web1")
    trouble, result = run_failing(made, vms=[vm("web1", state="stopped"), vm("web2")])
    assert "web1" in trouble
    assert result["outcome"]["web1"]["failed_action"]["action"] == "shutdown"
    assert result["outcome"]["web1"]["failed"]
    assert made.vms["web2"].state == "running"


def run_failing(made: FakeNode, **wish: Any) -> tuple[str, dict[str, Any]]:
    fleet = Fleet(accept(FLEET, wish))
    reader = FakeObserver(made)
    fleet.converge(reader, lambda: reader, lambda _progress: Host(made))
    return fleet.trouble(), fleet.result()


def test_two_new_vms_do_not_get_the_same():
    made = play.node()
    nics = [{"name": "lan", "network": "lab", "mac": "52:54:00:00:00:07"}]
    disks = [{"name": "root", "pool": "default", "volume": "one.qcow2", "size": "1GiB"}]
    _trouble, result = run(made, vms=[vm("a", nics=nics), vm("b", nics=nics)])
    assert "the vm 'a' has 52:54:00:00:00:07 already" in result["outcome"]["b"]["msg"]
    _trouble, result = run(made, vms=[vm("c", disks=disks), vm("d", disks=disks)])
    assert "the vm 'c' uses" in result["outcome"]["d"]["msg"]


def test_a_name_is_declared_once():
    trouble, result = run(play.node(), vms=[vm("a"), vm("a", memory="2GiB")])
    assert "vms[a]: is declared twice" in trouble
    assert not result["changed"]


def test_what_others_need_goes_last():
    made = play.node()
    pool = {"name": "fleet", "target": "/srv/fleet", "state": "active"}
    disk = {"name": "data.qcow2", "pool": "fleet", "size": "1GiB"}
    used = vm("a", disks=[{"name": "data", "pool": "fleet", "volume": "data.qcow2"}])
    assert run(made, pools=[pool], disks=[disk], vms=[used])[0] == ""
    trouble, result = run(
        made,
        pools=[{**pool, "state": "absent"}],
        disks=[{"name": "data.qcow2", "pool": "fleet", "state": "absent"}],
        vms=[{"name": "a", "state": "absent"}],
    )
    assert not trouble
    assert result["summary"]["remove"] == ["a"]
    assert "a" not in made.vms
    assert ("fleet", "data.qcow2") not in made.volumes
    assert "fleet" not in made.pools


def test_the_plan_of_a_fleet_reads_as_a_plan():
    made = play.node()
    wish = [vm("a", max_memory="4GiB"), vm("b"), vm("c")]
    run(made, vms=wish)
    changed = [
        vm("a", memory="2GiB"),
        vm("b", cpu={"mode": "maximum"}),
        vm("c"),
        vm("d"),
        {"name": "e", "memory": "much"},
    ]
    _trouble, result = check(made, vms=changed)
    assert prepared(result)[0] == "1 to create, 2 to change, 1 failed, 1 unchanged"
    assert prepared(result)[1] == "~ a: memory 1GiB -> 2GiB, live"
    assert "at the next start" in prepared(result)[2]
    assert prepared(result)[3] == "+ d"
    assert prepared(result)[4].startswith("! e: vms[e].memory: ")


def test_a_rolling_restart_stops_at_the_first_that_stays_away():
    made = play.node()
    wish = [vm(name) for name in "abcd"]
    run(made, vms=wish)
    later = [{**one, "cpu": {"mode": "maximum"}} for one in wish]
    trouble, result = check(made, vms=later, rolling={"batch": 2})
    assert {name: verbs(result, name)[-2:] for name in "abcd"} == {
        name: ["shutdown", "start"] for name in "abcd"
    }

    made.deaf.add("c")
    trouble, result = run_failing(made, vms=later, rolling={"batch": 1})
    assert "did not shut down" in trouble
    assert {name: one.get("restart_required") for name, one in result["outcome"].items()} == {
        "a": None,
        "b": None,
        "c": ["cpu.mode"],
        "d": ["cpu.mode"],
    }
    assert "d is not restarted, since c did not" in result["outcome"]["d"]["warnings"][0]
    made.deaf.clear()

    trouble, result = run(made, vms=later, rolling={"batch": 2})
    assert not trouble
    assert [verbs(result, name) for name in "abcd"] == [[], [], *[["shutdown", "start"]] * 2]
    assert not run(made, vms=later, rolling={"batch": 2})[1]["changed"]


def test_no_more_start_at_once_than_may():
    made = play.node()
    starting: list[str] = []
    most = []

    class Counting(Host):
        def run(self, action: actions.Action) -> Any:
            if isinstance(action, actions.Start):
                starting.append(action.name)
                most.append(len(starting))
                threading.Event().wait(0.01)
                starting.remove(action.name)
            return super().run(action)

    wish = accept(FLEET, {"vms": [vm(f"v{n}") for n in range(8)], "max_parallel_starts": 2})
    fleet = Fleet(wish)
    reader = FakeObserver(made)
    fleet.converge(reader, lambda: reader, lambda _progress: Counting(made))
    assert not fleet.trouble()
    assert max(most) <= 2


@pytest.mark.parametrize(
    ("given", "option"),
    [
        ({"name": "a", "vcpus": "two"}, "vms[a].vcpus"),
        ({"name": "a", "autostart": "maybe"}, "vms[a].autostart"),
        ({"name": "a", "disks": {"name": "root"}}, "vms[a].disks"),
        ({"name": "a", "disks": [{"size": "1GiB"}]}, "vms[a].disks[0].name"),
        ({"name": "a", "cpu": "fast"}, "vms[a].cpu"),
        ({"name": "a", "state": "on"}, "vms[a].state"),
        ({"name": "a", "cpu": 7}, "vms[a].cpu"),
    ],
)
def test_an_error_names_the_option(given: Any, option: str):
    _trouble, result = check(play.node(), vms=[given])
    (one,) = result["outcome"].values()
    assert one["failed"]
    assert f"{option}: " in one["msg"]


def test_words_of_a_survey_are_taken_as_ansible_takes_them():
    made = play.node()
    run(made, vms=[vm("a", vcpus="2", autostart="yes", remove_unmanaged="disks,nics")])
    assert made.vms["a"].autostart
    assert made.vms["a"].config.findtext("vcpu") == "2"


def test_a_file_tells_how_far_the_run_is(tmp_path: Path):
    made = play.node()
    file = tmp_path / "progress"
    run_failing(made, vms=[vm("a"), vm("b", memory="much"), vm("c")], progress_file=str(file))
    assert file.read_text() == "vms: 2 of 2"
    gone = tmp_path / "missing" / "progress"
    assert not run_failing(made, vms=[vm("d")], progress_file=str(gone))[0]


def test_the_file_tells_what_has_arrived_of_images(tmp_path: Path, monkeypatch: Any):
    now = [10.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    file = tmp_path / "progress"
    told = progress.Progress(str(file))
    told.begin("images", ["p/a", "p/b"])
    told.load("p/a", 5 * MIB, 10 * MIB)
    assert file.read_text() == "images: 0 of 2", "not every piece is told"
    now[0] += 1
    told.load("p/b", 3 * MIB, None)
    assert file.read_text() == "images: 0 of 2: p/a 5 of 10 MiB (50 %), p/b 3 MiB"
    told.load("p/a", 10 * MIB, 10 * MIB)
    assert file.read_text() == "images: 0 of 2: p/a 10 of 10 MiB (100 %), p/b 3 MiB"
    told.one_more("p/a")
    told.one_more("p/b")
    assert file.read_text() == "images: 2 of 2"

    alone = progress.Progress(str(file), "image")
    alone.load("p/c", MIB + 1, 2 * MIB + 1)
    assert file.read_text() == "image: p/c 1 of 3 MiB (50 %)"


def test_secrets_of_all_are_known():
    graphics = [{"type": "vnc", "password": "hunter2"}]
    wish = {"vms": [vm("a", graphics=graphics), "b", {"graphics": 7}]}
    assert secrets_of(wish) == {"hunter2"}


def test_a_claim_takes_the_name_alone_and_the_vm_is_told_as_new_afterwards():
    made = play.node()
    run(made, vms=[vm("old1")])
    wish = {"vms": [vm("web1", wait_for="ip"), vm("old1", memory="2GiB")]}
    before = tree.render(made.vms["old1"].config)
    trouble, claimed = run(made, **wish, claim=True)
    assert not trouble
    assert verbs(claimed, "web1") == ["define"]
    assert not claimed["outcome"]["old1"]["changed"]
    assert made.vms["web1"].state == "shutoff"
    assert ("default", "web1-root.qcow2") not in made.volumes
    assert tree.render(made.vms["old1"].config) == before

    wish = {"vms": [vm("web1"), vm("old1", memory="2GiB")]}
    trouble, result = run(made, **wish, claimed=claimed["outcome"])
    assert not trouble
    assert result["summary"]["create"] == ["web1"]
    assert result["summary"]["change"] == ["old1"]
    assert verbs(result, "web1") == ["define", "create_volume", "start"]
    assert result["outcome"]["web1"]["filled"] == claimed["outcome"]["web1"]["filled"]
    assert result["outcome"]["web1"]["diff"]["before"] == {"state": "absent"}
    assert "+ web1" in prepared(result)

    trouble, again = run(made, **wish)
    assert not again["changed"]


def test_a_claim_is_given_back_without_a_trace():
    made = play.node()
    before = made.picture()
    run(made, vms=[vm("web1")], claim=True)
    trouble, _result = run(made, vms=[vm("web1", state="absent", delete_disks="none")])
    assert not trouble
    assert made.picture() == before


def test_vms_of_a_template_are_claimed_and_made():
    made = play.node()
    play.converge(made, name="built", disks=[play.disk(image="base.qcow2")], memory="2GiB")
    wish = play.wish(TEMPLATE_RESOURCE, name="golden", from_vm="built")
    apply(make_plan(TEMPLATE_RESOURCE, wish, FakeObserver(made)), FakeHost(made))
    vms = {"vms": [{"name": name, "template": "golden", "state": "running"} for name in "ab"]}
    trouble, claimed = run(made, **vms, claim=True)
    assert not trouble
    assert verbs(claimed, "a") == ["define"]
    trouble, result = run(made, **vms, claimed=claimed["outcome"])
    assert not trouble
    assert verbs(result, "a") == ["define", "create_volume", "start"]
    image = made.volumes["default", "golden-root.qcow2"].path
    assert [made.volumes["default", f"{name}-root.qcow2"].backing for name in "ab"] == [image] * 2
    assert made.vms["a"].config.findtext("memory") == str(2 * GIB // 1024)
    trouble, again = run(made, **vms)
    assert not again["changed"]
