# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes that are copied, laid out in other ways, and flattened, also under a running vm."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
FOLDER = "/var/lib/libvirt/images"
BASE = "it-copies-base.qcow2"
VM: dict[str, Any] = {"name": "it-copies", "hypervisor": "qemu", "memory": "128MiB", "nics": []}
ROOT = "it-copies-root.qcow2"


def qemu_info(name: str) -> Task:
    return shell(f"qemu-img info --force-share --output=json {FOLDER}/{name}")


def told(result: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(result["stdout"]))


def test_copies_and_layouts(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    whole = {"name": "it-copies-a.qcow2", "image": BASE, "flat": True, "size": "1GiB"}
    laid = {"size": "64MiB", "cluster_size": "128KiB", "preallocation": "metadata"}
    flat = {"name": "it-copies-o.qcow2", "flat": True}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name=BASE, src=str(tiny_image)),
        before=picture(),
        predicted=check("disk", **whole),
        between=picture(),
        made=task("disk", **whole),
        again=task("disk", **whole),
        whole=qemu_info("it-copies-a.qcow2"),
        same=shell(f"qemu-img compare {FOLDER}/it-copies-a.qcow2 {FOLDER}/{BASE}"),
        small=task("disk", name="it-copies-c.qcow2", clone_from=BASE, compressed=True),
        raw=task("disk", name="it-copies-r.img", clone_from=BASE, format="raw"),
        overlay=task("disk", name="it-copies-o.qcow2", image=BASE, size="20GiB"),
        times=shell(f"stat -c '%.W %.Y %b' {FOLDER}/it-copies-o.qcow2"),
        own=shell(f"qemu-io -c 'write -P 7 19G 1M' {FOLDER}/it-copies-o.qcow2"),
        clone=task("disk", name="it-copies-p.qcow2", clone_from="it-copies-o.qcow2"),
        clone_same=shell(f"cd {FOLDER}; qemu-img compare it-copies-o.qcow2 it-copies-p.qcow2"),
        clone_info=qemu_info("it-copies-p.qcow2"),
        laid=task("disk", name="it-copies-l.qcow2", **laid),
        laid_again=task("disk", name="it-copies-l.qcow2", **laid),
        full=task(
            "disk", name="it-copies-f.img", size="8MiB", format="raw", preallocation="falloc"
        ),
        room=shell(f"stat -c '%b %B' {FOLDER}/it-copies-f.img"),
        info=task("disk_info", pool="default"),
        predicted_flat=check("disk", **flat),
        flat=task("disk", **flat),
        flat_again=task("disk", **flat),
        flat_same=shell(f"cd {FOLDER}; qemu-img compare it-copies-o.qcow2 it-copies-p.qcow2"),
        clean=shell(f"rm -f {FOLDER}/it-copies-*; virsh -q pool-refresh default"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["clone_volume"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    whole_info = told(seen["whole"])
    assert "backing-filename" not in whole_info
    assert whole_info["format-specific"]["data"]["compat"] == "1.1"
    assert seen["made"]["disk"]["size"] == "1GiB"
    assert seen["same"]["rc"] == 0, seen["same"]
    assert seen["raw"]["disk"]["format"] == "raw"
    assert verbs(seen["small"]) == ["clone_volume"]
    assert told(seen["clone_info"])["backing-filename"] == f"{FOLDER}/{BASE}"
    # From the first byte of the overlay to the last one, whatever its image holds.
    began, ended, blocks = map(float, seen["times"]["stdout"].split())
    assert began > 0
    assert ended - began < 0.5
    assert blocks * 512 < 2**20
    assert seen["clone_same"]["rc"] == 0, seen["clone_same"]
    assert seen["laid"]["disk"]["cluster_size"] == "128KiB"
    assert not seen["laid_again"]["changed"]
    blocks, size = map(int, seen["room"]["stdout"].split())
    assert blocks * size >= 8 * 2**20
    disks = {one["name"]: one for one in seen["info"]["disks"]}
    assert disks[BASE]["overlays"] == ["default/it-copies-o.qcow2", "default/it-copies-p.qcow2"]
    assert disks["it-copies-p.qcow2"]["chain"] == [f"{FOLDER}/{BASE}"]
    assert seen["predicted_flat"]["actions"] == seen["flat"]["actions"]
    assert verbs(seen["flat"]) == ["flatten_volume"]
    assert "chain" not in seen["flat"]["disk"]
    assert not seen["flat_again"]["changed"]
    assert seen["flat_same"]["rc"] == 0, seen["flat_same"]


def test_a_disk_is_flattened_under_a_running_vm(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    root = {"name": "root", "image": BASE}
    other = {**VM, "name": "it-copies2", "memory": "64MiB", "disks": [], "state": "running"}
    data = {"name": "it-copies-data.img", "size": "8MiB", "format": "raw"}
    to_both = [{"vm": name, "shareable": True} for name in ("it-copies", "it-copies2")]
    shared = {**data, "attach": to_both}
    slow = {**data, "attach": [{**to_both[0], "io_limits": {"total_iops": 50}}]}
    apart = {**data, "attach": [{"vm": "it-copies2", "state": "absent"}]}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name=BASE, src=str(tiny_image)),
        vm=task("vm", **VM, disks=[root], state="running"),
        info=task("disk_info", name=ROOT),
        copied=check("disk", name="it-copies-a.qcow2", clone_from=ROOT),
        base=check("disk", name=BASE, state="absent"),
        predicted=check("disk", name=ROOT, flat=True),
        flat=task("disk", name=ROOT, flat=True),
        again=task("disk", name=ROOT, flat=True),
        vm_again=task("vm", **VM, disks=[root], state="running"),
        base_end=task("disk", name=BASE, state="absent"),
        other=task("vm", **other),
        predicted_shared=check("disk", **shared),
        shared=task("disk", **shared),
        shared_again=task("disk", **shared),
        slow=task("disk", **slow),
        limits=shell("virsh -q blkdeviotune it-copies vdb | grep -w total_iops_sec"),
        needed=check("disk", name=data["name"], state="absent"),
        other_end=task("vm", name="it-copies2", state="stopped", force=True, stop_timeout=1),
        apart=task("disk", **apart),
        apart_again=task("disk", **apart),
        guest=shell("virsh domstate it-copies"),
        end=task("vm", name="it-copies", state="absent", force=True, stop_timeout=1),
        clean=task("disk", name=ROOT, state="absent"),
        clean_data=task("disk", name=data["name"], state="absent"),
        clean_other=shell("virsh -q undefine it-copies2"),
    )
    assert verbs(seen["shared"]) == ["create_volume", *["define", "attach"] * 2]
    assert seen["predicted_shared"]["actions"] == seen["shared"]["actions"]
    assert seen["shared"]["disk"]["used_by"] == ["it-copies", "it-copies2"]
    assert seen["shared"]["disk"]["attach_count"] == 2
    assert not seen["shared_again"]["changed"]
    assert verbs(seen["slow"]) == ["define", "tune"]
    assert seen["limits"]["stdout"].split()[-1] == "50"
    assert "the vm 'it-copies2'" in refused(seen["needed"], "name")
    assert verbs(seen["apart"]) == ["define"]
    assert seen["apart"]["disk"]["attach_count"] == 1
    assert not seen["apart_again"]["changed"]
    assert verbs(seen["clean_data"]) == ["delete_volume"]
    (disk,) = seen["info"]["disks"]
    assert (disk["used_by"], disk["attach_count"]) == (["it-copies"], 1)
    assert "the running vm 'it-copies'" in refused(seen["copied"], "clone_from")
    assert f"default/{ROOT}" in refused(seen["base"], "name")
    assert seen["predicted"]["actions"] == seen["flat"]["actions"]
    assert verbs(seen["flat"]) == ["pull_layers"]
    assert not seen["again"]["changed"]
    assert not seen["vm_again"]["changed"], seen["vm_again"]
    assert verbs(seen["base_end"]) == ["delete_volume"]
    assert seen["guest"]["stdout"].strip() == "running"
    assert verbs(seen["clean"]) == ["delete_volume"]


def test_faults(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    small = "/srv/it-copies"
    copy = {"name": "it-copies-a.img", "pool": "it-copies", "clone_from": "it-copies-big.img"}
    copy["clone_pool"] = "default"
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        mount=shell(f"mkdir -p {small}; mount -t tmpfs -o size=8m tmpfs {small}"),
        small=task("pool", name="it-copies", target=small, state="active"),
        big=task("disk", name="it-copies-big.img", size="32MiB", format="raw"),
        fill=shell(f"dd if=/dev/urandom of={FOLDER}/it-copies-big.img bs=1M count=32 conv=notrunc"),
        full=task("disk", **copy),
        left=shell(f"ls -A {small}"),
        room=shell(f"mount -o remount,size=64m {small}"),
        again=task("disk", **copy),
        broken=task("disk", name="it-copies-b.qcow2", size="1MiB"),
        break_it=shell(f"printf x | dd of={FOLDER}/it-copies-b.qcow2 bs=1 seek=48 conv=notrunc"),
        corrupt=task("disk", name="it-copies-c.qcow2", clone_from="it-copies-b.qcow2"),
        corrupt_left=shell(f"ls -A {FOLDER} | grep it-copies-c || true"),
        gone=task("disk", name="it-copies-g.qcow2", size="1MiB"),
        rm=shell(f"rm {FOLDER}/it-copies-g.qcow2"),
        gone_check=check("disk", name="it-copies-g.qcow2", size="1MiB"),
        gone_again=task("disk", name="it-copies-g.qcow2", size="1MiB"),
        rm_again=shell(f"rm {FOLDER}/it-copies-g.qcow2"),
        gone_absent=task("disk", name="it-copies-g.qcow2", state="absent"),
        link=shell(f"ln -s /etc/hostname {FOLDER}/it-copies-link"),
        link_grown=task("disk", name="it-copies-link", size="1MiB"),
        link_copied=task("disk", name="it-copies-c.img", clone_from="it-copies-link"),
        link_gone=task("disk", name="it-copies-link", state="absent"),
        up=check("disk", name="../it-copies-x", size="1MiB"),
        absolute=check("disk", name="/etc/it-copies-x", size="1MiB"),
        up_copy=check("disk", name="it-copies-c.img", clone_from="../../etc/hostname"),
        clean=shell(
            f"virsh -q pool-destroy it-copies; virsh -q pool-undefine it-copies; umount {small};"
            f" rm -f {FOLDER}/it-copies-*; virsh -q pool-refresh default"
        ),
    )
    assert "no room" in refused(seen["full"], "pool")
    assert seen["left"]["stdout"] == ""
    assert verbs(seen["again"]) == ["clone_volume"]
    assert "it-copies-b.qcow2" in refused(seen["corrupt"], "clone_from")
    assert seen["corrupt_left"]["stdout"] == ""
    assert verbs(seen["gone_again"]) == verbs(seen["gone_check"]) == ["create_volume"]
    assert not seen["gone_absent"]["changed"]
    for name in ("link_grown", "link_gone"):
        assert "leads out of the pool" in refused(seen[name], "name")
    assert "leads out of the pool" in refused(seen["link_copied"], "clone_from")
    refused(seen["up"], "name")
    refused(seen["absolute"], "name")
    refused(seen["up_copy"], "clone_from")


def test_files_secrets_and_ends(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    sent = {"name": "it-copies-up.qcow2", "src": str(tiny_image), "size": "1GiB"}
    node = {"name": "it-copies-node.img", "src": "/srv/it-copies.img", "remote_src": True}
    text = tmp_path / "text"
    text.write_text("no disk at all")
    uuid = "7d1a1cd7-1f2b-4a3c-8a52-3c1f0e9d6a10"
    secret = f"<secret private='no'><uuid>{uuid}</uuid><usage type='volume'>"
    secret += "<volume>it-copies</volume></usage></secret>"
    hidden = {"name": "it-copies-luks.img", "size": "16MiB", "format": "raw"}
    locked = {**hidden, "encryption": {"secret_usage": "it-copies"}}
    disk = {"name": "luks", "volume": hidden["name"], "bus": "virtio", "format": "raw"}
    disk["encryption"] = {"format": "luks", "secret_uuid": uuid}
    larger = {**locked, "size": "32MiB"}
    clone = {"name": "it-copies-luks2.img", "clone_from": hidden["name"]}
    elsewhere = "/srv/it-copies-luks"
    moved = {"name": hidden["name"], "pool": "it-copies-luks", "move_from": "default"}
    opens = {"vm": "it-copies", "encryption": disk["encryption"]}
    made = {**disk, "name": "made", "volume": "it-copies-made.qcow2", "format": "qcow2"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        before=picture(),
        predicted=check("disk", **sent),
        refused=task("disk", name="it-copies-x", src=str(text)),
        missing=task("disk", name="it-copies-x", src="none/it-copies"),
        between=picture(),
        sent=task("disk", **sent),
        again=task("disk", **sent),
        same=shell(f"qemu-img info --output=json {FOLDER}/it-copies-up.qcow2"),
        file=shell("truncate -s 1M /srv/it-copies.img"),
        unknown=task("disk", **node),
        node=task("disk", **node, format="raw"),
        secret=shell(
            f'echo "{secret}" > /tmp/s.xml; virsh -q secret-define /tmp/s.xml;'
            f" virsh -q secret-set-value {uuid} --base64 $(printf pass | base64)"
        ),
        locked_check=check("disk", **locked),
        locked=task("disk", **locked),
        locked_again=task("disk", **locked),
        luks=shell(f"qemu-img info --output=json {FOLDER}/{hidden['name']}"),
        vm=task("vm", **VM, disks=[disk, {**made, "size": "16MiB"}], state="running"),
        larger=task("disk", **larger),
        larger_again=task("disk", **larger),
        copied=task("disk", name="it-copies-x", clone_from=hidden["name"], flat=True),
        off=task("vm", name="it-copies", state="stopped", force=True, stop_timeout=1),
        larger_off=task("disk", **{**locked, "size": "48MiB"}),
        larger_off_again=task("disk", **{**locked, "size": "48MiB"}),
        clone_check=check("disk", **clone),
        clone=task("disk", **clone),
        clone_again=task("disk", **clone),
        clone_same=shell(f"cmp {FOLDER}/{hidden['name']} {FOLDER}/{clone['name']}"),
        other=task("pool", name="it-copies-luks", target=elsewhere, state="active"),
        moved_check=check("disk", **moved),
        moved=task("disk", **moved),
        moved_again=task("disk", **moved),
        moved_mode=shell(f"stat -c %a {elsewhere}/{hidden['name']}"),
        # It opens where it is now, and so does its copy.
        starts=task("vm", **VM, state="running"),
        attached=task("disk", name=clone["name"], attach=[opens]),
        moving=check("disk", **{**moved, "pool": "default", "move_from": "it-copies-luks"}),
        back_off=task("vm", name="it-copies", state="stopped", force=True, stop_timeout=1),
        back=task("disk", **{**moved, "pool": "default", "move_from": "it-copies-luks"}),
        end=task("vm", name="it-copies", state="absent", force=True, stop_timeout=1),
        wiped_check=check("disk", name=hidden["name"], state="absent", wipe=True),
        wiped=task("disk", name=hidden["name"], state="absent", wipe=True),
        clean=shell(
            "virsh -q pool-destroy it-copies-luks; virsh -q pool-undefine it-copies-luks;"
            f" rmdir {elsewhere}; virsh -q secret-undefine {uuid};"
            f" rm -f {FOLDER}/it-copies-* /srv/it-copies.img; virsh -q pool-refresh default"
        ),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert "src" in seen["refused"]["msg"]
    assert "remote_src" in seen["missing"]["msg"]
    assert verbs(seen["sent"]) == ["fetch_image", "resize_volume"]
    assert seen["predicted"]["actions"] == seen["sent"]["actions"]
    assert seen["sent"]["disk"]["size"] == "1GiB"
    assert not seen["again"]["changed"]
    refused(seen["unknown"], "src")
    assert seen["node"]["disk"]["size"] == "1MiB"
    assert seen["locked_check"]["actions"] == seen["locked"]["actions"]
    assert seen["locked"]["disk"]["encrypted"] is True
    assert seen["locked"]["disk"]["size"] == "16MiB"
    assert not seen["locked_again"]["changed"]
    assert told(seen["luks"])["format"] == "luks"
    assert "start" in verbs(seen["vm"])
    assert verbs(seen["larger"]) == ["block_resize"]
    assert not seen["larger_again"]["changed"]
    refused(seen["copied"], "clone_from")
    assert verbs(seen["larger_off"]) == ["resize_volume"], seen["larger_off"]
    assert not seen["larger_off_again"]["changed"]
    assert seen["clone_check"]["actions"] == seen["clone"]["actions"]
    assert verbs(seen["clone"]) == ["clone_volume"]
    assert seen["clone"]["disk"]["encrypted"] is True
    assert not seen["clone_again"]["changed"]
    assert seen["clone_same"]["rc"] == 0, seen["clone_same"]
    assert verbs(seen["moved"]) == verbs(seen["moved_check"]) == ["move_volume"]
    assert not seen["moved_again"]["changed"]
    assert seen["moved_mode"]["stdout"] == "600"
    assert verbs(seen["starts"]) == ["start"], seen["starts"]
    assert verbs(seen["attached"]) == ["define", "attach"], seen["attached"]
    assert "the running vm 'it-copies'" in refused(seen["moving"], "move_from")
    assert verbs(seen["back"]) == ["move_volume"], seen["back"]
    assert verbs(seen["wiped"]) == verbs(seen["wiped_check"]) == ["wipe_volume", "delete_volume"]


def test_two_plays_grow_one_volume(lab: Any, tmp_path: Path) -> None:
    volume = {"name": "it-copies-race.img", "format": "raw"}
    play(lab, tmp_path, pool=POOL, made=task("disk", **volume, size="1MiB"))
    sizes = {"even": [16, 48, 64], "odd": [8, 40, 56]}

    def grow(side: str) -> dict[str, Any]:
        folder = tmp_path / side
        folder.mkdir()
        steps = {f"to{size}": task("disk", **volume, size=f"{size}MiB") for size in sizes[side]}
        return play(lab, folder, **steps)

    with ThreadPoolExecutor() as pool:
        results = [one for side in pool.map(grow, sizes) for one in side.values()]
    for result in results:
        if result.get("failed"):
            assert "not shrunk" in result["msg"] or "somebody else grew" in result["msg"]
    end = play(
        lab,
        tmp_path,
        last=task("disk", **volume, size="64MiB"),
        gone=task("disk", name=volume["name"], state="absent"),
    )
    assert end["last"]["disk"]["size"] == "64MiB"
    assert verbs(end["gone"]) == ["delete_volume"]
