# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""QEMU, libvirt and whole nodes that die in the middle of a merge and of a move: what was there
before is there after, just one node has the vm, and the next run comes to the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.integration.moves import move_to, where
from tests.integration.patterns import contents, same, write
from tests.integration.play import Task, check, on, play, refused, shell, task, verbs

IMAGES = "/var/lib/libvirt/images"
POOL = task("pool", name="default", state="active")
NAME = "it-fault"
# The machine has nothing to boot, so only this test writes to its disks.
VM: dict[str, Any] = {
    "name": NAME,
    "hypervisor": "qemu",
    "memory": "64MiB",
    "force": True,
    "stop_timeout": 1,
    "nics": [],
    "disks": [
        {"name": "root", "size": "128MiB", "image": "it-fault-base.qcow2"},
        {"name": "data", "size": "96MiB", "format": "raw"},
    ],
}
RUNNING = task("vm", **VM, state="running")
OFF = task("vm", **VM, state="stopped")
QEMU = f"$(cat /run/libvirt/qemu/{NAME}.pid)"
LIBVIRT = "$(pidof libvirtd)"
STATE = f"virsh domstate {NAME}"
# How far the job on the first disk is.
JOB = f"virsh blockjob {NAME} vda --info"
# A merge that would take a minute, seen under way.
SLOWED = f"python3 /tmp/slow.py; sleep 0.3; {JOB}"
SLOW = f"""cat >/tmp/slow.py <<END
import libvirt, time
libvirt.registerErrorHandler(lambda _context, _error: None, None)
domain = libvirt.open().lookupByName("{NAME}")
while True:
    try:
        domain.blockJobSetSpeed("vda", 1)
        break
    except libvirt.libvirtError:
        time.sleep(0.002)
END"""
# The files of a move that are there already, seen under way.
COPIED = (
    f"until [ $(stat -c %b {IMAGES}/{NAME}-data.img || echo 0) -gt 4096 ]; do sleep 0.02; done; "
    f"ls {IMAGES}"
)


@pytest.fixture(scope="module")
def pair(make_lab: Callable[..., Any]) -> Any:
    return make_lab(nodes=2)


def snap(make: Callable[..., Task] = task, /, **options: Any) -> Task:
    return make("snapshot", **{"vm": NAME, "name": "one", **options})


def gone(make: Callable[..., Task] = task) -> Task:
    return snap(make, state="absent")


def killer(script: str) -> Task:
    """A script in the background. What it said is in /tmp/killer."""
    return shell(f"(timeout 60 sh -c '{script}' >/tmp/killer 2>&1 &) ; true")


def kill(moment: str, *processes: str, then: str = "") -> Task:
    return killer(f"{moment}; kill -9 {' '.join(processes)}; {then}")


SAID = shell("sleep 0.2; cat /tmp/killer")


def files() -> Task:
    return shell(f"ls -A {IMAGES} | grep {NAME}; {STATE}")


def plainly(result: dict[str, Any]) -> str:
    """What a run said that failed."""
    assert result["failed"]
    assert "Traceback" not in str(result)
    return str(result["msg"])


def test_a_merge(pair: Any, tmp_path: Path) -> None:
    """Under a running machine, and with one that is off."""
    faster = f"until virsh blockjob {NAME} vda --bandwidth 0; do sleep 0.1; done"
    seen = play(
        pair,
        tmp_path,
        pool=POOL,
        slow=shell(SLOW),
        base=task("disk", name="it-fault-base.qcow2", size="128MiB"),
        made=RUNNING,
        write_1=write(NAME, 1, "1M"),
        one=snap(memory=False),
        write_2=write(NAME, 2, "64M"),
        held=contents(NAME),
        shooting=kill(SLOWED, QEMU, LIBVIRT),
        shot=gone(),
        shot_said=SAID,
        shot_state=shell(STATE),
        held_shot=contents(NAME),
        no_way_back=snap(check, state="reverted", force=True),
        foretold=gone(check),
        again=gone(),
        again_left=files(),
        held_again=contents(NAME),
        settled=gone(),
        # The machine outlives libvirt, and its job as well.
        up=RUNNING,
        one_more=snap(memory=False),
        write_3=write(NAME, 3, "64M"),
        held_3=contents(NAME),
        deaf=kill(SLOWED, LIBVIRT, then=faster),
        cut=gone(),
        cut_said=SAID,
        cut_again=gone(),
        cut_left=files(),
        held_cut=contents(NAME),
        # One that is off is in memory for the merge, and only for that.
        last=snap(memory=False),
        write_4=write(NAME, 4, "64M"),
        off=OFF,
        held_4=contents(NAME),
        deaf_off=kill(SLOWED, LIBVIRT),
        cut_off=gone(),
        cut_off_state=shell(STATE),
        foretold_off=gone(check),
        again_off=gone(),
        off_left=files(),
        held_off=contents(NAME),
        same_vm=OFF,
    )
    for moment in ("shot_said", "cut_said"):
        assert "Block Commit: [" in seen[moment]["stdout"], "it was in the middle"
    for broken in ("shot", "cut", "cut_off"):
        said = plainly(seen[broken])
        assert "could not merge layers" in said
        assert "Both stay until that is done" in said
    assert seen["shot_state"]["stdout"].strip() == "shut off"
    same(seen["held"], seen["held_shot"])
    assert "the removal of 'one' has begun" in refused(seen["no_way_back"], "name")
    assert seen["foretold"]["actions"] == seen["again"]["actions"]
    assert verbs(seen["again"])[0] == "merge_layers"
    same(seen["held"], seen["held_again"])
    assert verbs(seen["settled"]) == []
    volumes = [f"{NAME}-{one}" for one in ("base.qcow2", "data.img", "root.qcow2")]
    assert seen["again_left"]["stdout"].split() == [*volumes, "shut", "off"]

    assert "forget_snapshot" in verbs(seen["cut_again"])
    assert seen["cut_left"]["stdout"].split() == [*volumes, "running"]
    same(seen["held_3"], seen["held_cut"])

    # Without libvirt nobody ends it, so the next run does.
    assert seen["cut_off_state"]["stdout"].strip() == "paused"
    assert seen["foretold_off"]["actions"] == seen["again_off"]["actions"]
    assert verbs(seen["again_off"])[:2] == ["stop", "merge_layers"]
    assert seen["off_left"]["stdout"].split() == [*volumes, "shut", "off"]
    same(seen["held_4"], seen["held_off"])
    assert verbs(seen["same_vm"]) == []


def test_a_move_with_its_disks(pair: Any, tmp_path: Path) -> None:
    """Each side of it dies in turn; the next run moves it."""
    slow = {"bandwidth": "8MiB", "delete_disks": "owned"}

    def there(node: str, **options: Any) -> Task:
        return move_to(node, NAME, delete_disks="owned", **options)

    def cut(node: str) -> Task:
        return move_to(node, NAME, **slow)

    one, two = "node1", "node2"
    seen = play(
        pair,
        tmp_path,
        pool=POOL,
        pool_there=on(two, POOL),
        up=RUNNING,
        held=contents(NAME),
        # QEMU of the destination,
        kill_1=on(two, kill(COPIED, QEMU)),
        broken_1=cut(two),
        said_1=on(two, SAID),
        left_1=on(two, files()),
        still_1=shell(STATE),
        again_1=there(two),
        # libvirt of the destination,
        kill_2=on(one, kill(COPIED, LIBVIRT)),
        broken_2=cut(one),
        left_2=on(one, files()),
        still_2=on(two, shell(STATE)),
        again_2=there(one),
        # libvirt of the node that it leaves,
        kill_3=on(two, killer(f"{COPIED}; ssh node1 kill -9 '\\''{LIBVIRT}'\\''")),
        broken_3=cut(two),
        left_3=on(two, files()),
        still_3=shell(STATE),
        again_3=there(two),
        # and QEMU of that one.
        kill_4=on(one, killer(f"{COPIED}; ssh node2 kill -9 '\\''{QEMU}'\\''")),
        broken_4=cut(one),
        left_4=on(one, files()),
        off_4=on(two, shell(STATE)),
        up_again=on(two, task("vm", **VM, state="running")),
        again_4=there(one),
        held_last=contents(NAME),
    )
    for number in range(1, 5):
        said = plainly(seen[f"broken_{number}"])
        assert f"did not move '{NAME}'" in said
        assert "and nothing was left there" in said
        assert f"{NAME}-root" not in seen[f"left_{number}"]["stdout"]
        assert "migrate" in verbs(seen[f"again_{number}"])
        assert "clear_copies" not in verbs(seen[f"again_{number}"])
    assert f"{NAME}-data.img" in seen["said_1"]["stdout"], "it was in the middle"
    for number in range(1, 4):
        assert seen[f"still_{number}"]["stdout"].strip() == "running"
        assert "It runs on here as before" in seen[f"broken_{number}"]["msg"]
    assert seen["off_4"]["stdout"].strip() == "shut off"
    assert "It is off here" in seen["broken_4"]["msg"]
    same(seen["held"], seen["held_last"])
    assert where(pair, NAME) == [one]


def test_a_destination_that_loses_its_power(pair: Any, tmp_path: Path) -> None:
    second = pair.nodes[1]
    for step in ("broken", "after"):
        (tmp_path / step).mkdir()
    with ThreadPoolExecutor(1) as run:
        moving = run.submit(
            play,
            pair,
            tmp_path / "broken",
            held=contents(NAME),
            broken=move_to("node2", NAME, bandwidth="4MiB"),
            still=shell(STATE),
        )
        second.ssh(f"timeout 60 sh -c '{COPIED}'")
        second.end()
        broken = moving.result()
    assert "which the next run removes" in plainly(broken["broken"])
    assert broken["still"]["stdout"].strip() == "running"
    second.boot()
    seen = play(
        pair,
        tmp_path / "after",
        half=on("node2", shell(f"ls {IMAGES}")),
        told=task("vm_info", name=NAME, address_sources=[]),
        foretold=move_to("node2", NAME, check),
        moved=move_to("node2", NAME),
        moved_again=move_to("node2", NAME),
        held=on("node2", contents(NAME)),
        told_there=on("node2", task("vm_info", name=NAME, address_sources=[])),
        declared=on("node2", RUNNING),
        gone=on("node2", task("vm", **{**VM, "state": "absent", "delete_disks": "owned"})),
    )
    assert f"{NAME}-root.qcow2" in seen["half"]["stdout"]
    marked = [one.split("/", 1)[1] for one in seen["told"]["vms"][0]["status"]["moving"]]
    assert {f"default/{NAME}-root.qcow2", f"default/{NAME}-data.img"} <= {*marked}
    assert seen["foretold"]["actions"] == seen["moved"]["actions"]
    assert verbs(seen["moved"])[0] == "clear_copies"
    assert verbs(seen["moved_again"]) == []
    same(broken["held"], seen["held"])
    assert not seen["told_there"]["vms"][0]["status"].get("moving")
    assert verbs(seen["declared"]) == []
    assert where(pair, NAME) == []
