# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that go into another pool or onto another image, also under a running vm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
FOLDER, OTHER = "/var/lib/libvirt/images", "/srv/it-moves"
OTHER_POOL = task("pool", name="it-moves", target=OTHER, state="active")
BASE, ROOT = "it-moves-base.qcow2", "it-moves-root.qcow2"
VM: dict[str, Any] = {"name": "it-moves", "hypervisor": "qemu", "memory": "128MiB", "nics": []}
OFF = {"name": "it-moves", "state": "stopped", "force": True, "stop_timeout": 1}
CLEAN = shell(
    "virsh -q destroy it-moves; virsh -q undefine it-moves;"
    f" virsh -q pool-destroy it-moves; virsh -q pool-undefine it-moves; rm -rf {OTHER};"
    f" rm -f {FOLDER}/it-moves-*; virsh -q pool-refresh default"
)
WHERE = shell("for how in '' --inactive; do virsh -q domblklist it-moves $how; done")


def content(path: str) -> Task:
    """What a disk holds, with what is below it."""
    return shell(f"qemu-img convert -U -O raw {path} /tmp/it-moves.raw; md5sum < /tmp/it-moves.raw")


def test_a_disk_moves_and_is_led_to_another_image(
    lab: Any, tiny_image: Path, tmp_path: Path
) -> None:
    vm = {**VM, "disks": [{"name": "root", "image": BASE, "size": "512MiB"}], "state": "running"}
    there = {"name": ROOT, "pool": "it-moves", "move_from": "default"}
    back = {"name": ROOT, "pool": "default", "move_from": "it-moves", "size": "576MiB"}
    led = {"name": ROOT, "image": "it-moves-new.qcow2", "rebase": True}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        other=OTHER_POOL,
        image=task("image", name=BASE, src=str(tiny_image)),
        vm=task("vm", **vm),
        into_image=check("disk", name=BASE, commit_from=ROOT),
        before=picture(),
        predicted=check("disk", **there),
        between=picture(),
        moved=task("disk", **there),
        again=task("disk", **there),
        where=WHERE,
        guest=shell("virsh domstate it-moves"),
        vm_again=task("vm", **vm),
        info=task("vm_info", name="it-moves"),
        mode=shell(f"stat -c %a {OTHER}/{ROOT}"),
        files=shell(f"ls -A {FOLDER} {OTHER} | grep -c {ROOT}"),
        led_early=task("disk", **{**led, "image": BASE, "image_pool": "default"}, pool="it-moves"),
        off=task("vm", **OFF),
        sum=content(f"{OTHER}/{ROOT}"),
        back=task("disk", **back),
        back_again=task("disk", **back),
        back_where=WHERE,
        back_sum=shell(f"qemu-img compare {FOLDER}/{ROOT} /tmp/it-moves.raw"),
        new=task("disk", name="it-moves-new.qcow2", clone_from=BASE, cluster_size="256KiB"),
        change=shell(f"qemu-io -c 'write -P 9 1M 1M' {FOLDER}/it-moves-new.qcow2"),
        predicted_led=check("disk", **led),
        led=task("disk", **led),
        led_again=task("disk", **led),
        led_same=shell(f"qemu-img compare {FOLDER}/{ROOT} /tmp/it-moves.raw"),
        nowhere=task("disk", name="it-moves-none", move_from="it-moves"),
        ended=task("vm", name="it-moves", state="absent", delete_disks="owned"),
        clean=CLEAN,
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert "is an image" in refused(seen["into_image"], "name")
    assert verbs(seen["moved"]) == ["move_volume", "own_volumes"]
    assert seen["predicted"]["actions"] == seen["moved"]["actions"]
    assert seen["predicted"]["diff"] == seen["moved"]["diff"]
    assert seen["moved"]["disk"]["image"] == BASE
    assert not seen["again"]["changed"]
    assert seen["where"]["stdout"].count(f"{OTHER}/{ROOT}") == 2, seen["where"]["stdout"]
    assert seen["guest"]["stdout"].strip() == "running"
    assert not seen["vm_again"]["changed"], seen["vm_again"]
    assert seen["info"]["vms"][0]["status"]["owned_volumes"] == [f"it-moves/{ROOT}"]
    assert seen["mode"]["stdout"] == "600"
    assert seen["files"]["stdout"] == "1"
    assert not seen["led_early"]["changed"]
    assert verbs(seen["back"]) == ["move_volume", "own_volumes", "resize_volume"]
    assert seen["back"]["disk"]["size"] == "576MiB"
    assert not seen["back_again"]["changed"]
    assert seen["back_where"]["stdout"].count(f"{FOLDER}/{ROOT}") == 2
    # The disk is larger than what was there, and holds the same.
    assert "identical" in seen["back_sum"]["stdout"], seen["back_sum"]
    assert seen["predicted_led"]["actions"] == seen["led"]["actions"]
    assert verbs(seen["led"]) == ["rebase_volume"]
    assert not seen["led_again"]["changed"]
    assert "identical" in seen["led_same"]["stdout"], seen["led_same"]
    assert "nor in" in refused(seen["nowhere"], "name")
    assert "delete_volume" in verbs(seen["ended"])


def test_layers_go_into_each_other(lab: Any, tmp_path: Path) -> None:
    base, mid, top, more = (f"it-moves-{name}.qcow2" for name in ("base", "mid", "top", "more"))
    vm = {**VM, "disks": [{"name": "data", "volume": top}], "state": "running"}
    led = {"name": top, "image": base, "rebase": True}
    merged = {"name": base, "commit_from": top}
    last = {"name": base, "commit_from": more}
    write = f"cd {FOLDER} && qemu-io -c 'write -P %d %dM 1M' %s"
    kept = shell(f"qemu-img compare -U {FOLDER}/{base} /tmp/it-moves.raw")
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        base=task("disk", name=base, size="16MiB"),
        mid=task("disk", name=mid, image=base),
        top=task("disk", name=top, image=mid, size="32MiB"),
        write=shell(" && ".join(write % one for one in ((1, 0, base), (2, 1, mid), (3, 2, top)))),
        sum=content(f"{FOLDER}/{top}"),
        vm=task("vm", **vm),
        too_far=check("disk", **merged),
        needed=check("disk", name=mid, commit_from=top, size="8MiB"),
        predicted_led=check("disk", **led),
        led=task("disk", **led),
        led_again=task("disk", **led),
        others=check("disk", **merged),
        # QEMU keeps tables in memory as long as it runs.
        led_off=task("vm", **OFF),
        led_sum=content(f"{FOLDER}/{top}"),
        vm_again=task("vm", **vm),
        mid_end=task("disk", name=mid, state="absent"),
        before=picture(),
        predicted=check("disk", **merged),
        between=picture(),
        merged=task("disk", **merged),
        again=task("disk", **merged),
        where=WHERE,
        guest=shell("virsh domstate it-moves"),
        off=task("vm", **OFF),
        kept=kept,
        more=task("disk", name=more, image=base),
        more_written=shell(write % (4, 3, more)),
        in_use=check("disk", **last),
        moved_on=task("vm", **{**vm, "disks": [{"name": "data", "volume": more}]}),
        below=shell("virsh dumpxml it-moves | grep -A3 '<backingStore type='"),
        off_again=task("vm", **OFF),
        ended=task("vm", name="it-moves", state="absent"),
        more_sum=content(f"{FOLDER}/{more}"),
        last=task("disk", **last),
        last_again=task("disk", **last),
        last_kept=kept,
        clean=CLEAN,
    )
    assert seen["write"]["rc"] == 0, seen["write"]
    assert "does not rest on" in refused(seen["too_far"], "commit_from")
    assert "is not shrunk" in refused(seen["needed"], "size")
    assert seen["predicted_led"]["actions"] == seen["led"]["actions"]
    assert verbs(seen["led"]) == ["pull_layers"]
    assert not seen["led_again"]["changed"]
    assert verbs(seen["vm_again"]) == ["start"], seen["vm_again"]
    assert seen["led_sum"]["stdout"] == seen["sum"]["stdout"]
    assert f"default/{mid} rests on" in refused(seen["others"], "name")
    assert verbs(seen["mid_end"]) == ["delete_volume"]
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert seen["predicted"]["actions"] == seen["merged"]["actions"]
    assert seen["predicted"]["diff"] == seen["merged"]["diff"]
    assert verbs(seen["merged"]) == ["merge_layers", "delete_volume"]
    assert (seen["merged"]["disk"]["size"], seen["merged"]["disk"]["used_by"]) == (
        "32MiB",
        ["it-moves"],
    )
    assert not seen["again"]["changed"]
    assert seen["where"]["stdout"].count(f"{FOLDER}/{base}") == 2, seen["where"]["stdout"]
    assert seen["guest"]["stdout"].strip() == "running"
    assert "identical" in seen["kept"]["stdout"], seen["kept"]
    assert "goes on with" in refused(seen["in_use"], "commit_from")
    assert seen["more_written"]["rc"] == 0, seen["more_written"]
    assert verbs(seen["moved_on"]) == ["define", "start"]
    # libvirt had written down that nothing is below the disk.
    assert f"{FOLDER}/{base}" in seen["below"]["stdout"], seen["below"]
    assert verbs(seen["last"]) == ["commit_volume", "delete_volume"]
    assert not seen["last_again"]["changed"]
    assert "identical" in seen["last_kept"]["stdout"], seen["last_kept"]


def test_a_node_that_dies_in_the_middle_of_a_move(lab: Any, tmp_path: Path) -> None:
    data = f"{FOLDER}/it-moves-data.img"
    vm = {**VM, "disks": [{"name": "data", "volume": "it-moves-data.img", "format": "raw"}]}
    moved = {"name": "it-moves-data.img", "pool": "it-moves", "move_from": "default"}
    killer = (
        "until virsh blockjob it-moves vda --bandwidth 1; do sleep 0.02; done;"
        " sleep 0.3; ls -A /srv/it-moves;"
        " kill -9 $(cat /run/libvirt/qemu/it-moves.pid) $(pidof libvirtd)"
    )
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        other=OTHER_POOL,
        made=task("disk", name="it-moves-data.img", size="256MiB", format="raw"),
        fill=shell(f"dd if=/dev/urandom of={data} bs=1M count=256 conv=notrunc"),
        sum=shell(f"md5sum < {data}"),
        vm=task("vm", **vm, state="running"),
        full=shell(f"mount -t tmpfs -o size=32m tmpfs {OTHER}"),
        no_room=task("disk", **moved),
        no_room_left=shell(f"ls -A {OTHER}; virsh -q domblklist it-moves; virsh domstate it-moves"),
        room=shell(f"umount {OTHER}; virsh -q pool-refresh it-moves"),
        killer=shell(f"(timeout 60 sh -c '{killer}' > /tmp/killer 2>&1 &) ; true"),
        broken=task("disk", **moved),
        said=shell("tail -n 3 /tmp/killer"),
        still=shell(f"virsh -q list --all; md5sum < {data}"),
        predicted=check("disk", **moved),
        again=task("disk", **moved),
        end_sum=shell(f"md5sum < {OTHER}/it-moves-data.img; ls -A {OTHER}; ls {data}"),
        settled=task("disk", **moved),
        starts=task("vm", **VM, state="running"),
        where=WHERE,
        clean=CLEAN,
    )
    assert "Is there room" in seen["no_room"]["msg"]
    said = seen["no_room_left"]["stdout"].splitlines()
    assert said[0].split() == ["vda", data]
    assert "running" in said
    assert seen["broken"]["failed"]
    assert "could not move volume" in seen["broken"]["msg"]
    assert "Traceback" not in seen["broken"]["msg"]
    # It was in the middle.
    assert ".it-moves-data.img.moving.part" in seen["said"]["stdout"]
    whole = seen["sum"]["stdout"]
    assert whole in seen["still"]["stdout"]
    assert verbs(seen["again"]) == ["move_volume"]
    assert seen["predicted"]["actions"] == seen["again"]["actions"]
    assert seen["end_sum"]["stdout"].splitlines() == [whole, "it-moves-data.img"]
    assert not seen["settled"]["changed"]
    assert verbs(seen["starts"]) == ["start"]
    assert seen["where"]["stdout"].count(f"{OTHER}/it-moves-data.img") == 2
