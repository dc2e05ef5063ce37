# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Backups of real machines, restored on another node: the disks are compared byte by byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.patterns import contents, same, write
from tests.integration.play import (
    Task,
    check,
    on,
    picture,
    play,
    refused,
    shell,
    task,
    verbs,
)

IMAGES = "/var/lib/libvirt/images"
# All nodes of a lab see it.
FOLDER = "/mnt/shared/backup"
POOL = task("pool", name="default", state="active")
NAME = "it-backup"
# The machine has nothing to boot, so only this test writes to its disks.
VM: dict[str, Any] = {
    "name": NAME,
    "memory": "64MiB",
    "force": True,
    "stop_timeout": 1,
    "disks": [
        {"name": "root", "size": "64MiB", "image": "it-backup-base.qcow2"},
        {"name": "data", "size": "16MiB", "format": "raw"},
    ],
}
RUNNING = {**VM, "state": "running"}


@pytest.fixture(scope="module")
def pair(make_lab: Callable[..., Any]) -> Any:
    return make_lab(nodes=2)


def backup(name: str | None = None, make: Callable[..., Task] = task, /, **options: Any) -> Task:
    named = {"name": name} if name else {}
    return make("vm_backup", **{"vm": NAME, "folder": FOLDER, **named, **options})


def restore(name: str, make: Callable[..., Task] = task, /, **options: Any) -> Task:
    return make("vm_restore", vm=NAME, name=name, folder=FOLDER, **options)


def serve(make: Callable[..., Task] = task, /, **options: Any) -> Task:
    return make("vm_backup_export", **{"vm": NAME, "port": 10809, **options})


def scan(**options: Any) -> Task:
    return task("vm_backup_info", vm=NAME, folder=FOLDER, **options)


def test_full_and_incremental_restored_on_another_node(pair: Any, tmp_path: Path) -> None:
    seen = play(
        pair,
        tmp_path,
        pool=POOL,
        pool_there=on("node2", POOL),
        folder=shell(f"mkdir {FOLDER} && chmod 711 {FOLDER}"),
        base=task("disk", name="it-backup-base.qcow2", size="64MiB"),
        base_filled=shell(
            f"qemu-io -f qcow2 -c 'write -P 99 32M 8M' {IMAGES}/it-backup-base.qcow2"
        ),
        made=task("vm", **RUNNING),
        no_folder=task("vm_backup", vm=NAME, folder="/mnt/shared/nowhere"),
        odd=backup("../one"),
        too_early=backup("one", kind="incremental"),
        write_1=write(NAME, 1),
        before=picture(),
        one_foretold=backup("one", check),
        between=picture(),
        one=backup("one", description="the first"),
        one_again=backup("one"),
        held_1=contents(NAME),
        write_2=write(NAME, 2),
        left=shell(f"mkdir {FOLDER}/{NAME}/broken && touch {FOLDER}/{NAME}/broken/vda.qcow2"),
        two_foretold=backup("two", check),
        two=backup("two"),
        held_2=contents(NAME),
        write_3=write(NAME, 3),
        off=task("vm", **{**VM, "state": "stopped"}),
        three=backup("three", kind="incremental"),
        still_off=shell(f"virsh domstate {NAME}"),
        held_3=contents(NAME),
        vm_again=task("vm", **{**VM, "state": "stopped"}),
        whole=scan(verify=True),
        plainly=shell(
            f"cd {FOLDER}/{NAME}/three && qemu-img convert -f qcow2 -O raw vda.qcow2 /var/tmp/x "
            "&& sha256sum </var/tmp/x; rm /var/tmp/x"
        ),
        there_before=on("node2", picture()),
        there_foretold=on("node2", restore("three", check)),
        there_between=on("node2", picture()),
        there=on("node2", restore("three")),
        there_again=on("node2", restore("three")),
        there_3=on("node2", contents(NAME)),
        there_one=on("node2", restore("one", new_name="it-backup-one", start=True)),
        there_1=on("node2", contents("it-backup-one")),
        there_two=on("node2", restore("two", new_name="it-backup-two")),
        there_2=on("node2", contents("it-backup-two")),
        there_state=on("node2", shell("virsh list --all --name --state-running")),
        other=on("node2", restore("two")),
        declared=on("node2", task("vm", **{**VM, "state": "stopped", "disks": []})),
        replaced=on("node2", restore("two", replace=True)),
        replaced_2=on("node2", contents(NAME)),
        files=on("node2", shell(f"ls {IMAGES}")),
        gone=on("node2", task("vm", name=NAME, state="absent", delete_disks="owned")),
        files_left=on("node2", shell(f"ls {IMAGES}")),
    )
    assert "can not be a name" in refused(seen["odd"], "name")
    assert "there is no folder" in refused(seen["no_folder"], "folder")
    assert "no backup that it could rest on" in refused(seen["too_early"], "kind")
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert seen["one_foretold"]["actions"] == seen["one"]["actions"]
    assert seen["one_foretold"]["diff"] == seen["one"]["diff"]
    assert verbs(seen["one"]) == ["take_backup"]
    assert verbs(seen["one_again"]) == []
    assert seen["one"]["filled"]["kind"] == "full"
    assert verbs(seen["two"]) == ["clear_backup", "take_backup"]
    assert seen["two_foretold"]["actions"] == seen["two"]["actions"]
    assert seen["two"]["filled"]["kind_reason"] == "but data in full"
    assert [disk["kind"] for disk in seen["two"]["vm_backup"]["disks"]] == ["incremental", "full"]
    assert seen["three"]["vm_backup"]["chain"] == ["one", "two", "three"]
    assert seen["still_off"]["stdout"].strip() == "shut off"
    assert verbs(seen["vm_again"]) == []
    told = seen["whole"]["backups"]
    assert [(one["name"], one["kind"], one["whole"]) for one in told] == [
        *(("one", "full", True), ("two", "incremental", True), ("three", "incremental", True)),
    ], told
    assert seen["whole"]["leftovers"] == []
    assert [one["phase"] for one in told] == ["Running", "Running", "Stopped"]
    sizes = [[disk["size"] for disk in one["disks"]] for one in told]
    print(f"files of root and data: {sizes}")

    assert seen["plainly"]["stdout"].split()[0] == seen["held_3"]["stdout"].split()[0]
    assert seen["there_before"]["stdout"] == seen["there_between"]["stdout"]
    assert seen["there_foretold"]["actions"] == seen["there"]["actions"]
    assert verbs(seen["there"]) == ["restore_disk", "restore_disk", "define_with_volumes"]
    assert verbs(seen["there_again"]) == []
    assert verbs(seen["there_one"])[-1] == "start"
    for number in "123":
        same(seen[f"held_{number}"], seen[f"there_{number}"])
    assert len({seen[f"held_{number}"]["stdout"] for number in "123"}) == 3
    assert seen["there_state"]["stdout"].split() == ["it-backup-one"]
    assert "was not made of this backup" in refused(seen["other"], "vm")
    assert verbs(seen["declared"]) == []
    assert verbs(seen["replaced"])[-1] == "define_with_volumes"
    assert any("stays as it was" in one for one in seen["replaced"]["warnings"])
    same(seen["held_2"], seen["replaced_2"])
    mine = {f"{NAME}-root.qcow2", f"{NAME}-data.img"}
    again = {f"{NAME}-root.two.qcow2", f"{NAME}-data.two.img"}
    assert {*mine, *again} <= {*seen["files"]["stdout"].split()}
    assert not {*mine, *again} & {*seen["files_left"]["stdout"].split()}


def test_faults(pair: Any, tmp_path: Path) -> None:
    running = shell(f"virsh domstate {NAME}; virsh checkpoint-list {NAME} --name; ls {FOLDER}/*")
    small = "/mnt/small"
    tmpfs = f"mkdir -p {small} && mount -t tmpfs -o mode=711"
    # The file is there before QEMU writes to it.
    kill = (
        f"f={FOLDER}/{NAME}/killed/vda.qcow2; for i in $(seq 20000); do [ -e $f ] && break; "
        f"sleep 0.001; done; kill -9 $(cat /run/libvirt/qemu/{NAME}.pid)"
    )
    read_served = "; ".join(
        f"qemu-img convert -f raw -O raw nbd://127.0.0.1:10809/{disk} /var/tmp/raw && "
        "sha256sum </var/tmp/raw && rm /var/tmp/raw"
        for disk in ("vda", "vdb")
    )
    link = f"{FOLDER}/{NAME}/six/vda.qcow2"
    seen = play(
        pair,
        tmp_path,
        started=task("vm", **RUNNING),
        room=shell(f"{tmpfs},size=4m tmpfs {small}"),
        full_folder=task("vm_backup", vm=NAME, name="one", folder=small),
        nothing_left=shell(f"ls {small}/{NAME}; virsh domstate {NAME}"),
        more_room=shell(f"mount -o remount,size=64m {small}"),
        again=task("vm_backup", vm=NAME, name="one", folder=small),
        # What one catalogue needs is not in the way of another one.
        four=backup("four"),
        again_two=task("vm_backup", vm=NAME, name="two", folder=small),
        filled=write(NAME, 7, "8M"),
        shooting=shell(f"nohup sh -c '{kill}' >/dev/null 2>&1 &"),
        killed=backup("killed"),
        after_kill=shell(f"virsh domstate {NAME}; ls {FOLDER}/{NAME}"),
        up_again=task("vm", **RUNNING),
        five=backup("five"),
        six=backup("six"),
        seven=backup("seven"),
        held=contents(NAME),
        less_room=shell(f"umount {small} && {tmpfs},size=4m tmpfs {small}"),
        small_pool=task("pool", name="it-small", target=small, state="active"),
        no_room=restore("seven", new_name="it-new", pool="it-small"),
        some_room=shell(f"mount -o remount,size=20m {small}; virsh pool-refresh it-small"),
        no_room_later=restore("seven", new_name="it-new", pool="it-small"),
        no_trace=shell(f"ls -A {small}; virsh list --all --name"),
        flipped=shell(
            f"cp {link} /var/tmp/kept; printf x | dd of={link} bs=1 seek=100000 conv=notrunc"
        ),
        looked=scan(),
        verified=scan(verify=True),
        no_restore=restore("seven", new_name="it-new"),
        cut=shell(f"truncate -s 100000 {link}"),
        cut_seen=scan(),
        no_chain=backup("eight", kind="incremental"),
        lost=shell(f"rm {link}"),
        lost_seen=scan(),
        mended=shell(f"mv /var/tmp/kept {link}; chmod 600 {link}"),
        mended_seen=scan(verify=True),
        restored=restore("seven", new_name="it-new"),
        held_by_new=contents("it-new"),
        rests=backup("five", state="absent"),
        last_gone=backup("seven", state="absent"),
        kept=backup("nine", kind="full", keep={"last": 1}),
        left=scan(verify=True),
        checkpoints=shell(f"virsh checkpoint-list {NAME} --name"),
        quiet=backup("ten", quiesce=True),
        end=running,
        serve_foretold=serve(check),
        scratch_left=shell(f"touch {IMAGES}/.{NAME}-vda.scratch"),
        serve=serve(checkpoint="moment"),
        serve_again=serve(),
        busy=backup("ten"),
        write_8=write(NAME, 5),
        served=shell(read_served),
        held_now=contents(NAME),
        ended=serve(state="absent", port=None),
        ended_again=serve(state="absent", port=None),
        since=serve(since="moment", scratch="/var/tmp"),
        dirty=shell(
            "qemu-img map --output=json --image-opts driver=nbd,server.type=inet,"
            "server.host=127.0.0.1,server.port=10809,export=vda,"
            "x-dirty-bitmap=qemu:dirty-bitmap:backup-vda"
        ),
        ended_last=serve(state="absent", port=None, forget=["moment"]),
        no_scratch=shell(f"ls -A {IMAGES} /var/tmp | grep scratch; virsh domstate {NAME}"),
    )
    assert "No space left" in seen["full_folder"]["msg"]
    assert "and the vm runs on" in seen["full_folder"]["msg"]
    assert seen["nothing_left"]["stdout"].split() == ["running"]
    assert verbs(seen["again"]) == ["take_backup"]
    assert seen["again_two"]["filled"]["kind"] == "incremental"
    assert seen["killed"]["failed"]
    assert "Traceback" not in str(seen["killed"])
    assert seen["after_kill"]["stdout"].split() == ["shut", "off", "four", "one", "three", "two"]
    # QEMU had no time to say what was written.
    assert seen["five"]["filled"]["kind"] == "full"
    assert "since 'four'" in seen["five"]["filled"]["kind_reason"]
    assert [seen[one]["filled"]["kind"] for one in ("six", "seven")] == ["incremental"] * 2
    assert "has 4MiB left" in refused(seen["no_room"], "pool")
    assert "no room left" in seen["no_room_later"]["msg"]
    assert seen["no_trace"]["stdout"].split() == [NAME]

    def broken(name: str) -> list[list[str]]:
        found = {one["name"]: one["problems"] for one in seen[name]["backups"]}
        assert found["four"] == found["five"] == []
        return [found["six"], found["seven"]]

    assert broken("looked") == [[], []], "its length is what it was"
    assert broken("verified") == [["six/vda.qcow2 has another digest"]] * 2
    assert "six/vda.qcow2 has another digest" in refused(seen["no_restore"], "name")
    assert "six/vda.qcow2 has 100000 bytes" in broken("cut_seen")[1][0]
    assert "six/vda.qcow2 has 100000 bytes" in refused(seen["no_chain"], "kind")
    assert broken("lost_seen") == [["six/vda.qcow2 is missing"]] * 2
    assert broken("mended_seen") == [[], []]
    same(seen["held"], seen["held_by_new"])
    assert "six, seven rest on 'five'" in refused(seen["rests"], "name")
    assert verbs(seen["last_gone"]) == ["remove_backup"]
    assert verbs(seen["kept"]) == ["take_backup", *["remove_backup"] * 6]
    assert [(one["name"], one["whole"]) for one in seen["left"]["backups"]] == [("nine", True)]
    assert len(seen["checkpoints"]["stdout"].split()) == 2, "one of each catalogue"
    assert "agent is not connected" in seen["quiet"]["msg"]
    assert seen["end"]["stdout"].split()[-1] == "nine"

    assert verbs(seen["serve"]) == ["export_disks"]
    assert seen["serve_foretold"]["diff"] == seen["serve"]["diff"]
    assert verbs(seen["serve_again"]) == []
    told = seen["serve"]["vm_backup_export"]["exports"]
    assert [one["uri"] for one in told] == [
        *("nbd://127.0.0.1:10809/vda", "nbd://127.0.0.1:10809/vdb"),
    ]
    assert "backup" in seen["busy"]["msg"]
    same(seen["held"], seen["served"])
    assert seen["held_now"]["stdout"] != seen["served"]["stdout"]
    assert verbs(seen["ended"]) == ["end_export"]
    assert verbs(seen["ended_again"]) == []
    bitmaps = [one.get("bitmap") for one in seen["since"]["vm_backup_export"]["exports"]]
    assert bitmaps == ["backup-vda", None]
    # QEMU tells what was written as what holds no data.
    dirty = [one["start"] for one in json.loads(seen["dirty"]["stdout"]) if not one["data"]]
    assert dirty == [64 * 1024, 5 * 1024**2]
    assert verbs(seen["ended_last"]) == ["end_export", "forget_checkpoint"]
    assert seen["no_scratch"]["stdout"].split() == ["running"]
