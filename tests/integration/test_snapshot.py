# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots of real machines: what each holds is read from the files, bit by bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

FOLDER = "/var/lib/libvirt/images"
POOL = task("pool", name="default", state="active")
CLONE = f"{FOLDER}/it-snap-clone-root.qcow2"
# What the first disk held when the snapshot two was taken.
COPY_HOLDS = (
    "qemu-io -r -f qcow2 -c 'read -P 1 64k 64k' -c 'read -P 1 1M 64k' -c 'read -P 0 2M 64k' "
    f"{FOLDER}"
)
VM: dict[str, Any] = {"name": "it-snap", "memory": "64MiB", "force": True, "stop_timeout": 1}
# The machine has nothing to boot, so only this test writes to its disks.
DISKS: list[dict[str, Any]] = [
    {
        "name": "root",
        "size": "64MiB",
        "image": "it-snap-base.qcow2",
        "volume": "it-snap-root.qcow2",
    },
    {"name": "data", "size": "16MiB", "format": "raw"},
]


def snap(name: str, /, **options: Any) -> Task:
    return task("snapshot", vm="it-snap", name=name, **options)


def foretold(name: str, /, **options: Any) -> Task:
    return check("snapshot", vm="it-snap", name=name, **options)


def write(number: int) -> Task:
    """The guest writes to both disks: what only this moment has, and a place of its own."""
    # Without the last one, what is read from outside would not know of new places.
    words = (f"write -P {number} 64k 64k", f"write -P {number} {number}M 64k", "flush")
    commands = "; ".join(
        f"virsh qemu-monitor-command it-snap --hmp "
        f"'qemu-io -d /machine/peripheral/ua-vmrt-{disk}/virtio-backend \"{word}\"'"
        for disk in ("root", "data")
        for word in words
    )
    return shell(commands)


def holds(*numbers: int) -> Task:
    """What is read of both disks through all of their files. The last number is on top."""
    reads = [f"-c 'read -P {numbers[-1] if numbers else 0} 64k 64k'"]
    # Places that were never written to since, and those that were.
    reads += [
        f"-c 'read -P {place if place in numbers else 0} {place}M 64k'" for place in range(1, 8)
    ]
    return shell(
        "set -e; for disk in vda vdb; do "
        "file=$(virsh domblklist it-snap | awk -v disk=$disk '$1 == disk {print $2}'); "
        "format=qcow2; case $file in *.img) format=raw;; esac; "
        f"qemu-io -U -r -f $format {' '.join(reads)} $file; done"
    )


def files() -> Task:
    return shell(f"cd {FOLDER} && ls | grep ^it-snap")


def same(result: dict[str, Any]) -> None:
    """Each pattern was where it should be."""
    same_reads(result, 16)


def same_reads(result: dict[str, Any], reads: int) -> None:
    assert result["rc"] == 0, result["stdout"]
    assert "failed" not in result["stdout"] + result["stderr"], result["stdout"]
    assert result["stdout"].count("read 65536/65536") == reads


def test_external_snapshots_of_a_machine(lab: Any, tmp_path: Path) -> None:
    running = {**VM, "state": "running", "disks": DISKS}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        base=task("disk", name="it-snap-base.qcow2", size="64MiB"),
        made=task("vm", **running),
        write_1=write(1),
        before=picture(),
        one_foretold=foretold("one"),
        odd=foretold("../one"),
        between=picture(),
        one=snap("one", description="with memory"),
        one_again=snap("one"),
        same_vm=task("vm", **running),
        write_2=write(2),
        two=snap("two", memory=False),
        write_3=write(3),
        three=snap("three", memory=False),
        write_4=write(4),
        info=task("snapshot_info", vm="it-snap"),
        # One in the middle goes under the running machine.
        two_gone_foretold=foretold("two", state="absent"),
        two_gone=snap("two", state="absent"),
        two_gone_again=snap("two", state="absent"),
        now_4=holds(1, 2, 3, 4),
        no_revert=foretold("three", state="reverted"),
        three_back=snap("three", state="reverted", force=True),
        three_back_again=snap("three", state="reverted"),
        now_3=holds(1, 2, 3),
        one_back=snap("one", state="reverted", force=True),
        state_1=shell("virsh domstate it-snap"),
        now_1=holds(1),
        write_5=write(5),
        # Another branch, and back to the first.
        five=snap("five", memory=False),
        write_6=write(6),
        three_later=snap("three", state="reverted", force=True, start=True),
        later_3=holds(1, 2, 3),
        write_7=write(7),
        tree=task("snapshot_info"),
        grown=task("vm", **{**running, "disks": [{**DISKS[0], "size": "96MiB"}, DISKS[1]]}),
        # What is needed by another branch stays, and is merged once it is not.
        one_gone=snap("one", state="absent"),
        five_gone=snap("five", state="absent"),
        now_7=holds(1, 2, 3, 7),
        off=task("vm", **{**VM, "state": "stopped"}),
        three_gone=snap("three", state="absent"),
        still_off=shell("virsh domstate it-snap"),
        end_7=holds(1, 2, 3, 7),
        left=files(),
        same_end=task("vm", **{**VM, "disks": [{**DISKS[0], "size": "96MiB"}, DISKS[1]]}),
        last=snap("last"),
        gone=task("vm", **{**VM, "state": "absent", "delete_disks": "owned"}),
        nothing=files(),
        base_end=task("disk", name="it-snap-base.qcow2", state="absent"),
    )
    assert "can not be a name" in refused(seen["odd"], "name")
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["one"]) == ["own_volumes", "take_snapshot"]
    assert seen["one_foretold"]["actions"] == seen["one"]["actions"]
    assert seen["one_foretold"]["diff"] == seen["one"]["diff"]
    assert seen["one"]["filled"]["kind_reason"] == "the disk data is raw, not qcow2"
    assert seen["one"]["snapshot"]["memory"] is True
    assert verbs(seen["one_again"]) == verbs(seen["same_vm"]) == []
    told = seen["info"]["snapshots"]
    assert [(one["name"], one.get("parent"), one["memory"]) for one in told] == [
        *(("one", None, True), ("two", "one", False), ("three", "two", False)),
    ]
    assert [one["current"] for one in told] == [False, False, True]
    assert told[0]["description"] == "with memory"
    assert told[0]["phase"] == "Running"
    assert told[1]["disks"][0]["path"] == told[0]["disks"][0]["overlay"]

    assert verbs(seen["two_gone"])[:2] == ["merge_layers", "merge_layers"]
    assert seen["two_gone_foretold"]["actions"] == seen["two_gone"]["actions"]
    assert verbs(seen["two_gone_again"]) == []
    same(seen["now_4"])
    assert "Take a snapshot first" in refused(seen["no_revert"], "force")
    assert "define" in verbs(seen["three_back"])
    assert verbs(seen["three_back_again"]) == []
    same(seen["now_3"])
    assert verbs(seen["one_back"])[-1] == "restore_memory"
    assert seen["state_1"]["stdout"].strip() == "running"
    same(seen["now_1"])
    assert verbs(seen["three_later"])[-1] == "start"
    same(seen["later_3"])
    tree = [one for one in seen["tree"]["snapshots"] if one["vm"] == "it-snap"]
    assert [(one["name"], one["depth"], one["current"]) for one in tree] == [
        *(("one", 0, False), ("three", 1, True), ("five", 1, False)),
    ] or [(one["name"], one["depth"], one["current"]) for one in tree] == [
        *(("one", 0, False), ("five", 1, False), ("three", 1, True)),
    ]
    assert verbs(seen["grown"]) == ["block_resize"]
    assert "merge_layers" not in verbs(seen["one_gone"])
    assert any("rests on it" in one for one in seen["one_gone"]["warnings"])
    assert "merge_layers" in verbs(seen["five_gone"])
    same(seen["now_7"])
    assert verbs(seen["three_gone"])[:2] == ["merge_layers", "merge_layers"]
    assert seen["still_off"]["stdout"].strip() == "shut off"
    same(seen["end_7"])
    assert seen["left"]["stdout"].split() == [
        *("it-snap-base.qcow2", "it-snap-data.img", "it-snap-root.qcow2"),
    ]
    assert verbs(seen["same_end"]) == []
    assert verbs(seen["last"])[-1] == "take_snapshot"
    assert verbs(seen["gone"])[0] == "undefine"
    assert seen["nothing"]["stdout"].split() == ["it-snap-base.qcow2"]


def test_internal_snapshots_and_retention(lab: Any, tmp_path: Path) -> None:
    disks = [
        {"name": "root", "size": "64MiB", "volume": "it-snap-root.qcow2"},
        {"name": "data", "size": "16MiB"},
    ]
    running = {**VM, "state": "running", "disks": disks}
    keep = {"prefix": "auto-", "last": 2}
    copy = "it-snap-copy-of-two.qcow2"
    copy_of_two = {"name": copy, "clone_from": "it-snap-root.qcow2", "clone_snapshot": "two"}
    vm_of_two = {**VM, "name": "it-snap-two", "disks": [{"name": "root", "volume": copy}]}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        made=task("vm", **{**running, "state": "present"}),
        one=snap("one"),
        started=task("vm", **running),
        write_1=write(1),
        two=snap("two"),
        write_2=write(2),
        grown=check("vm", **{**running, "disks": [{**disks[0], "size": "96MiB"}, disks[1]]}),
        two_back_refused=snap("two", state="reverted"),
        two_back=snap("two", state="reverted", force=True),
        state_2=shell("virsh domstate it-snap"),
        now_1=holds(1),
        same_vm=task("vm", **running),
        live=snap("live"),
        write_6=write(6),
        live_back=snap("live", state="reverted", force=True),
        now_live=holds(1),
        live_gone=snap("live", state="absent"),
        state_live=shell("virsh domstate it-snap"),
        now_later=holds(1),
        of_running=check("disk", **copy_of_two),
        one_back=snap("one", state="reverted", force=True),
        state_1=shell("virsh domstate it-snap"),
        now_0=holds(),
        info=task("snapshot_info", vm="it-snap"),
        copied=task("disk", **copy_of_two),
        copied_again=task("disk", **copy_of_two),
        copy_holds=shell(f"{COPY_HOLDS}/{copy}"),
        vm_of_copy=task("vm", **vm_of_two, state="running"),
        clone=task("vm_clone", name="it-snap-clone", source="it-snap"),
        clone_holds=shell(f"qemu-img compare {FOLDER}/it-snap-root.qcow2 {CLONE}"),
        clone_free=shell(f"qemu-img snapshot -l {CLONE}"),
        both_gone=task("vm", **{**vm_of_two, "state": "absent"}),
        clone_gone=task("vm", name="it-snap-clone", state="absent", delete_disks="owned"),
        copy_gone=task("disk", name=copy, state="absent"),
        two_gone=snap("two", state="absent"),
        one_gone=snap("one", state="absent"),
        again=task("vm", **running),
        write_3=write(3),
        auto_1=snap("auto-1", kind="external", memory=False, keep=keep),
        mine=snap("mine", kind="external", memory=False),
        write_4=write(4),
        auto_2=snap("auto-2", memory=False, keep=keep),
        write_5=write(5),
        auto_3_foretold=foretold("auto-3", memory=False, keep=keep),
        auto_3=snap("auto-3", memory=False, keep=keep),
        auto_3_again=snap("auto-3", memory=False, keep=keep),
        now_5=holds(3, 4, 5),
        names=shell("virsh snapshot-list --name it-snap | sort"),
        mine_gone=snap("mine", state="absent", descendants=True),
        end=holds(3, 4, 5),
        left=files(),
        gone=task("vm", **{**VM, "state": "absent", "delete_disks": "owned"}),
    )
    assert seen["one"]["filled"]["kind"] == seen["two"]["filled"]["kind"] == "internal"
    assert (seen["one"]["filled"]["memory"], seen["two"]["filled"]["memory"]) == (False, True)
    assert "holds the snapshots one, two" in refused(seen["grown"], "disks[root].size")
    assert "and its memory are in no snapshot" in refused(seen["two_back_refused"], "force")
    assert verbs(seen["two_back"]) == ["revert_to_snapshot"]
    assert seen["state_2"]["stdout"].strip() == "running"
    assert verbs(seen["live_back"]) == ["revert_to_snapshot"]
    assert verbs(seen["live_gone"]) == ["delete_snapshot"]
    assert seen["state_live"]["stdout"].strip() == "running"
    assert "is written to by the running vm" in seen["of_running"]["msg"]
    assert not seen["copied_again"]["changed"]
    same_reads(seen["copy_holds"], 3)
    assert verbs(seen["vm_of_copy"])[-1] == "start"
    assert "identical" in seen["clone_holds"]["stdout"]
    assert seen["clone_free"]["stdout"] == ""
    for moment in ("now_1", "now_live", "now_later", "now_0", "now_5", "end"):
        same(seen[moment])
    assert verbs(seen["same_vm"]) == []
    assert seen["state_1"]["stdout"].strip() == "shut off"
    told = [(one["name"], one["kind"], one["phase"]) for one in seen["info"]["snapshots"]]
    assert told == [("one", "internal", "Stopped"), ("two", "internal", "Running")]
    assert verbs(seen["one_gone"]) == ["delete_snapshot"]
    assert seen["auto_3_foretold"]["actions"] == seen["auto_3"]["actions"]
    assert "merge_layers" in verbs(seen["auto_3"])
    assert verbs(seen["auto_3_again"]) == []
    assert seen["names"]["stdout"].split() == ["auto-2", "auto-3", "mine"]
    assert seen["left"]["stdout"].split() == ["it-snap-data.qcow2", "it-snap-root.qcow2"]
    assert verbs(seen["gone"])[0] == "shutdown"
