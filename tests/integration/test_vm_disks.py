# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks, drives, controllers and folders of real machines, changed while they run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
FOLDER = "/var/lib/libvirt/images"
BASE: dict[str, Any] = {
    "name": "it-disks",
    "state": "running",
    "memory": "192MiB",
    "stop_timeout": 5,
    "force": True,
    "wait_timeout": 60,
}
FIRST: dict[str, Any] = {
    **BASE,
    "disks": [
        {"name": "root", "size": "1GiB", "image": "it-disks-tiny.qcow2"},
        {
            "name": "data",
            "size": "64MiB",
            "bus": "scsi",
            "serial": "it-data",
            "cache": "none",
            "io": "threads",
            "detect_zeroes": "unmap",
            "rotation_rate": 1,
            "logical_block_size": 512,
            "physical_block_size": 4096,
            "io_limits": {"total_bytes": "10MiB", "read_iops": 500, "write_iops": 400},
        },
        {"name": "named", "type": "volume", "volume": "it-named.img", "format": "raw"},
    ],
    "cdroms": [{"name": "cd", "path": f"{FOLDER}/it-a.iso"}],
    "filesystems": [{"name": "share", "path": "/usr/share", "driver": "path", "readonly": True}],
    "controllers": [{"name": "scsi", "type": "scsi", "model": "virtio-scsi", "queues": 2}],
}
CHANGED: dict[str, Any] = {
    **BASE,
    "disks": [
        {
            "name": "data",
            "startup_policy": "mandatory",
            "io_limits": {"total_bytes": "20MiB", "read_iops": 0},
        },
        {"name": "more", "size": "8MiB", "bus": "scsi", "address": "drive controller=1"},
    ],
    "cdroms": [{"name": "cd", "volume": "it-b.iso"}],
    "controllers": [{"name": "scsi2", "type": "scsi", "index": 1, "model": "virtio-scsi"}],
}
del CHANGED["disks"][1]["address"]
EJECTED = {**BASE, "cdroms": [{"name": "cd", "path": ""}]}
GONE = {
    **BASE,
    "disks": [{"name": "more", "state": "absent"}],
    "controllers": [{"name": "scsi2", "type": "scsi", "state": "absent"}],
}
TUNE = "virsh -q blkdeviotune it-disks sda | tr -s ' '"


def test_disks_of_a_running_machine(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name="it-disks-tiny.qcow2", src=str(tiny_image)),
        a=task("disk", name="it-a.iso", size="1MiB", format="raw"),
        b=task("disk", name="it-b.iso", size="1MiB", format="raw"),
        named=task("disk", name="it-named.img", size="1MiB", format="raw"),
        before=picture(),
        predicted=check("vm", **FIRST),
        between=picture(),
        made=task("vm", **FIRST),
        again=task("vm", **FIRST),
        predicted_change=check("vm", **CHANGED),
        changed=task("vm", **CHANGED),
        changed_again=task("vm", **CHANGED),
        tune=shell(TUNE),
        medium=shell("virsh -q domblklist it-disks"),
        ejected=task("vm", **EJECTED),
        ejected_again=task("vm", **EJECTED),
        empty=shell("virsh -q domblklist it-disks"),
        gone=task("vm", **GONE),
        gone_again=task("vm", **GONE),
        info=task("vm_info", name="it-disks"),
        stopped=task("vm", **{**BASE, "state": "stopped"}),
        ended=task("vm", name="it-disks", state="absent", delete_disks="owned"),
        left=shell(f"ls {FOLDER} | grep -E '^it-(a|b|disks|named)[.-]'"),
        clean=shell(
            f"rm -f {FOLDER}/it-[ab].iso {FOLDER}/it-disks-* {FOLDER}/it-named.img;"
            " virsh -q pool-refresh default"
        ),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert not seen["made"].get("failed"), seen["made"]["msg"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    assert sorted(verbs(seen["changed"])) == sorted(
        ["define", "create_volume", "attach", "attach", "update", "update", "tune"]
    )
    assert seen["predicted_change"]["actions"] == seen["changed"]["actions"]
    assert seen["changed"]["restart_required"] == []
    assert not seen["changed_again"]["changed"]
    limits = dict(line.split(": ") for line in seen["tune"]["stdout"].splitlines())
    limits = {name.strip(): text.strip() for name, text in limits.items()}
    assert limits["total_bytes_sec"] == str(20 * 2**20)
    assert (limits["read_iops_sec"], limits["write_iops_sec"]) == ("0", "400")
    assert f"{FOLDER}/it-b.iso" in seen["medium"]["stdout"]
    assert verbs(seen["ejected"]) == ["define", "update"]
    assert not seen["ejected_again"]["changed"]
    assert "it-b.iso" not in seen["empty"]["stdout"]
    assert verbs(seen["gone"])[:3] == ["define", "detach", "detach"]
    assert not seen["gone_again"]["changed"]
    info = seen["info"]["vms"][0]
    disks = {disk["name"]: disk for disk in info["disks"]}
    assert disks["data"]["io_limits"] == {"total_bytes": "20MiB", "write_iops": 400}
    assert disks["named"]["volume"] == "it-named.img"
    assert info["cdroms"][0]["path"] == ""
    assert info["filesystems"][0]["target"] == "share"
    # What was there before, and every medium, outlives the machine.
    assert seen["left"]["stdout"].split() == [
        *("it-a.iso", "it-b.iso", "it-disks-more.qcow2", "it-disks-tiny.qcow2", "it-named.img")
    ]


def test_a_name_within_a_name_is_another_machine(lab: Any, tmp_path: Path) -> None:
    """What goes with the vm db is its own: nothing of otherdb, and no medium."""
    iso = f"{FOLDER}/it-db.iso"
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        iso=task("disk", name="it-db.iso", size="1MiB", format="raw"),
        db=task(
            "vm",
            name="db",
            disks=[{"name": "data", "size": "1MiB"}],
            cdroms=[{"name": "cd", "path": iso}],
        ),
        other=task("vm", name="otherdb", disks=[{"name": "data", "size": "1.5MiB"}]),
        decimal=task("vm", name="db", disks=[{"name": "data", "size": "2MB"}]),
        smaller=task("vm", name="db", disks=[{"name": "data", "size": "512KiB"}]),
        grown=task("vm", name="db", disks=[{"name": "data", "size": "2048KiB"}]),
        same=task("vm", name="db", disks=[{"name": "data", "size": "2MiB"}]),
        size=shell(f"qemu-img info --output=json {FOLDER}/db-data.qcow2 | grep virtual-size"),
        ended=task("vm", name="db", state="absent", delete_disks="owned"),
        left=shell(f"ls {FOLDER} | grep db; virsh -q list --all --name"),
        other_end=task("vm", name="otherdb", state="absent", delete_disks="owned"),
        iso_end=task("disk", name="it-db.iso", state="absent"),
    )
    assert "2MiB" in refused(seen["decimal"], "disks[data].size")
    refused(seen["smaller"], "disks[data].size")
    assert verbs(seen["grown"]) == ["resize_volume"]
    assert not seen["same"]["changed"]
    assert str(2 * 2**20) in seen["size"]["stdout"]
    assert verbs(seen["ended"]) == ["undefine", "delete_volume"]
    assert sorted(seen["left"]["stdout"].split()) == [
        *("it-db.iso", "otherdb", "otherdb-data.qcow2")
    ]


def test_a_volume_is_deleted_when_the_guest_has_let_go_of_it(lab: Any, tmp_path: Path) -> None:
    # A guest that is paused lets go of nothing.
    vm: dict[str, Any] = {
        "name": "it-held",
        "memory": "64MiB",
        "force": True,
        "stop_timeout": 1,
        "wait_timeout": 2,
    }
    disks = [{"name": name, "size": "1MiB"} for name in ("root", "data")]
    gone = {**vm, "delete_disks": "owned", "disks": [{"name": "data", "state": "absent"}]}
    last = {**vm, "delete_disks": "owned", "state": "stopped"}
    lost = {"cdroms": [{"name": "cd", "path": "/srv/it-lost.iso"}]}
    optional = {"cdroms": [{**lost["cdroms"][0], "startup_policy": "optional"}]}
    marks = shell(
        "virsh dumpxml --inactive it-held | grep -oE '<vmrt:(volume|doomed)>[^<]*'; "
        "ls /var/lib/libvirt/images | grep it-held"
    )
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        never=task("vm", **vm, state="paused", **lost),
        nothing=shell("virsh -q list --all --name"),
        made=task("vm", **vm, state="paused", disks=disks, **optional),
        unplugged=picture(),
        lost=task("vm", **vm, disks=[{"name": "more", "path": "/srv/it-lost.img"}]),
        lost_medium=task("vm", **vm, cdroms=[{"name": "cd", "path": "/srv/it-other.iso"}]),
        lost_in_check=check("vm", **vm, disks=[{"name": "more", "path": "/srv/it-lost.img"}]),
        untouched=picture(),
        predicted=check("vm", **gone),
        held=task("vm", **gone),
        marked=marks,
        without=task("vm", **vm),
        before=picture(),
        foreseen=check("vm", **last),
        after=picture(),
        freed=task("vm", **last),
        unmarked=marks,
        again=task("vm", **last),
        ended=task("vm", **vm, state="absent", delete_disks="owned"),
    )
    assert "there is no /srv/it-lost.iso on the node" in refused(seen["never"], "cdroms[cd].path")
    assert "it-held" not in seen["nothing"]["stdout"]
    assert verbs(seen["made"])[0] == "define"
    assert "/srv/it-lost.img" in refused(seen["lost"], "disks[more].path")
    assert seen["lost_in_check"]["msg"] == seen["lost"]["msg"]
    # Only a start does without a medium.
    assert "/srv/it-other.iso" in refused(seen["lost_medium"], "cdroms[cd].path")
    assert seen["unplugged"]["stdout"] == seen["untouched"]["stdout"]
    assert verbs(seen["predicted"]) == ["define", "detach", "delete_volume", "set_metadata"]
    assert "did not let go of disks[data] within 2 s" in seen["held"]["msg"]
    volumes = ["it-held-data.qcow2", "it-held-root.qcow2"]
    assert seen["marked"]["stdout_lines"] == [
        "<vmrt:volume>default/it-held-root.qcow2",
        "<vmrt:volume>default/it-held-data.qcow2",
        "<vmrt:doomed>default/it-held-data.qcow2",
        *volumes,
    ]
    assert not seen["without"].get("failed"), seen["without"].get("msg")
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert seen["foreseen"]["actions"] == seen["freed"]["actions"]
    assert verbs(seen["freed"])[-2:] == ["delete_volume", "set_metadata"]
    assert seen["unmarked"]["stdout_lines"] == [
        "<vmrt:volume>default/it-held-root.qcow2",
        volumes[1],
    ]
    assert not seen["again"]["changed"]
    assert verbs(seen["ended"])[-1] == "delete_volume"
