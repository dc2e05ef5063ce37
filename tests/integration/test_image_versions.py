# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images under several names, copies of volumes, and those that nothing needs any more."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, steps, task, verbs

FOLDER = "/var/lib/libvirt/images"
POOL = task("pool", name="default", state="active")
VM: dict[str, Any] = {"hypervisor": "qemu", "memory": "64MiB", "nics": [], "state": "stopped"}
GC = {"names": ["it-gc-*"], "keep_last": 0}


def disk(number: int) -> bytes:
    return bytes(510) + b"\x55\xaa" + bytes([number]) * (2**20 - 512)


def test_names_copies_and_the_end_of_images(lab: Any, tmp_path: Path) -> None:
    lab.nodes[0].ssh("mkdir -p /srv/gc")
    for number in (1, 2):
        (tmp_path / "disk").write_bytes(disk(number))
        lab.nodes[0].copy_to(tmp_path / "disk", f"/srv/gc/{number}.raw")
    digest = hashlib.sha256(disk(1)).hexdigest()
    # Nobody answers there.
    known = {"url": "http://127.0.0.1:9/1.raw", "checksum": f"sha256:{digest}"}
    golden = {"name": "it-gc-golden.raw", "volume": "it-gc-disk.qcow2", "format": "raw"}
    root = {"name": "root", "volume": "it-gc-1b.raw", "format": "raw"}
    outside = {"name": "root", "path": "/srv/gc/out.qcow2", "format": "qcow2"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        one=task("image", name="it-gc-1.raw", path="/srv/gc/1.raw"),
        named=task("image", name="it-gc-1b.raw", **known),
        two=task(
            "image",
            name="it-gc-2.raw",
            catalog=[{"match": r"it-gc-(\d)\.raw", "path": r"/srv/gc/\1.raw"}],
        ),
        files=shell(f"cd {FOLDER}; stat -c '%n %h' it-gc-*"),
        written=check("vm", name="it-gc-writer", disks=[root], **VM),
        written_too=task("vm", name="it-gc-writer", disks=[root], **VM),
        overlay=task("disk", name="it-gc-disk.qcow2", image="it-gc-1.raw"),
        copied=task("image", **golden),
        copied_again=task("image", **golden),
        compared=shell(
            f"cd {FOLDER}; cmp it-gc-golden.raw /srv/gc/1.raw && stat -c %a it-gc-golden.raw"
        ),
        outside=shell(
            f"cd /srv/gc; qemu-img create -q -f qcow2 -b {FOLDER}/it-gc-2.raw -F raw out.qcow2"
        ),
        vm=task("vm", name="it-gc-out", disks=[outside], **VM),
        info=task("image_info", pool="default"),
        before=picture(),
        predicted=check("image_gc", **GC),
        young=check("image_gc", names=["it-gc-*"], older_than=1),
        after=picture(),
        gone=task("image_gc", **GC),
        again=task("image_gc", **GC),
        off=task("pool", name="it-gc-off", target="/srv/gc", state="inactive"),
        unseen=task("image_gc", **GC),
        on=task("pool", name="it-gc-off", state="absent"),
        stored=shell(f"cd {FOLDER}; ls it-gc-*"),
        vm_end=task("vm", name="it-gc-out", state="absent"),
        disk_end=task("disk", name="it-gc-disk.qcow2", state="absent"),
        left=shell(
            f"cd {FOLDER}; touch -d '2 days ago' .it-gc-x.raw.part; touch .it-gc-y.raw.part"
        ),
        ended=task("image_gc", **GC),
        clean=shell(f"cd {FOLDER}; ls -A | grep it-gc; rm -rf .it-gc* /srv/gc"),
    )
    assert verbs(seen["one"]) == verbs(seen["named"]) == ["fetch_image"]
    assert seen["files"]["stdout_lines"] == ["it-gc-1.raw 2", "it-gc-1b.raw 2", "it-gc-2.raw 1"]
    assert "one file with another image" in refused(seen["written"], "disks[root]")
    assert seen["written"]["msg"] == seen["written_too"]["msg"]
    assert verbs(seen["copied"]) == ["clone_volume"]
    assert not seen["copied_again"]["changed"]
    assert seen["compared"]["stdout"] == "644"
    images = {image["name"]: image for image in seen["info"]["images"]}
    assert images["it-gc-1.raw"]["same_file"] == ["default/it-gc-1b.raw"]
    assert images["it-gc-1.raw"]["overlays"] == ["default/it-gc-disk.qcow2"]
    assert images["it-gc-1.raw"]["checksums"] == [f"sha256:{digest}"]
    assert images["it-gc-2.raw"]["source"] == "/srv/gc/2.raw"
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert not seen["young"]["changed"]
    assert steps(seen["predicted"]) == steps(seen["gone"])
    assert seen["predicted"]["removed"] == seen["gone"]["removed"]
    assert [one["name"] for one in seen["gone"]["removed"]] == ["it-gc-1b.raw", "it-gc-golden.raw"]
    kept = {one["name"]: one["reason"] for one in seen["gone"]["kept"]}
    assert kept == {
        "it-gc-1.raw": "it is needed by its overlay default/it-gc-disk.qcow2",
        "it-gc-2.raw": "it is needed by its overlay /srv/gc/out.qcow2",
    }
    assert not seen["again"]["changed"]
    assert "it-gc-off" in refused(seen["unseen"], "pool")
    assert seen["stored"]["stdout_lines"] == ["it-gc-1.raw", "it-gc-2.raw", "it-gc-disk.qcow2"]
    assert {one["name"] for one in seen["ended"]["removed"]} == {"it-gc-1.raw", "it-gc-2.raw"}
    assert seen["ended"]["leftovers"] == [".it-gc-x.raw.part"]
    assert seen["clean"]["stdout_lines"] == [".it-gc-y.raw.part"]


def test_a_node_names_its_images_and_a_table_knows_where_they_are(lab: Any, tmp_path: Path) -> None:
    node = lab.nodes[0]
    (tmp_path / "disk").write_bytes(disk(3))
    play(lab, tmp_path, pool=POOL, folder=shell("mkdir -p /srv/role"))
    node.copy_to(tmp_path / "disk", "/srv/role/3.raw")
    secret = {"username": "ann", "password": "hunter-2-of-images"}
    rule = {"match": r"it-role-(\d)\.raw", "path": r"/srv/role/\1.raw", "transport": secret}
    own = {"name": "it-role-own.raw", "path": "/srv/role/3.raw", "transport": secret}
    inventory, playbook = tmp_path / "fleet.json", tmp_path / "play.json"
    role = {"import_role": {"name": "vmrt.libvirt.fleet"}}
    playbook.write_text(
        json.dumps([{"hosts": "vmrt_nodes", "gather_facts": False, "tasks": [role]}])
    )
    values = {"vmrt_image_catalog": [rule], "vmrt_images": [{"name": "it-role-3.raw"}, own]}
    inventory.write_text(json.dumps({"vmrt_nodes": {"hosts": {"node1": values}}}))
    outputs = []
    for mode in ("--check", "--diff", "--diff"):
        done = lab.ansible_playbook("-i", str(inventory), str(playbook), "-vvv", mode)
        outputs.append(done.stdout + done.stderr)
    assert ["changed=0" in output for output in outputs] == [False, False, True]
    for output in outputs:
        assert "it-role-3.raw" in output
        assert "hunter-2-of-images" not in output
    sums = node.ssh(f"cd {FOLDER}; cmp it-role-3.raw /srv/role/3.raw && stat -c %h it-role-3.raw")
    assert sums.stdout.strip() == "2"
    node.ssh(f"rm -r {FOLDER}/it-role-* /srv/role; virsh pool-refresh default")
