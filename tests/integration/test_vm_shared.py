# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk that several running machines use, and one that only one of them may."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

FOLDER = "/var/lib/libvirt/images"
IMAGE = "it-shared-tiny.qcow2"
DATA = {"name": "data", "volume": "it-shared.img", "format": "raw", "serial": "it shared"}
SHARED = {**DATA, "shareable": True}
ALONE = {"name": "alone", "volume": "it-alone.img", "format": "raw"}
BLOCK = {"name": "block", "path": "/dev/it-block", "format": "raw"}
GONE = {"name": "data", "state": "absent"}
# Until each guest has been ready.
READY = (
    "for name in one two; do for i in $(seq 120); do"
    " grep -q READY /var/log/libvirt/qemu/it-$name.console && break; sleep 0.5; done; done"
)


def machine(name: str, **options: Any) -> dict[str, Any]:
    return {"name": f"it-{name}", "wait_timeout": 60, "stop_timeout": 1, "force": True, **options}


def made(name: str) -> Task:
    return task(
        "vm",
        **machine(name),
        state="running",
        memory="128MiB",
        disks=[{"name": "root", "image": IMAGE}],
        serials=[{"name": "console", "log": f"/var/log/libvirt/qemu/it-{name}.console"}],
    )


def with_disk(name: str, disk: Mapping[str, Any], **options: Any) -> Task:
    return task("vm", **machine(name, disks=[disk], **options))


def info(name: str) -> Task:
    return task("vm_info", name=f"it-{name}", address_sources=["lease"])


def told(result: Mapping[str, Any], disk: str = "data") -> dict[str, Any]:
    """What is told of a disk."""
    found = result["vms"][0]["status"]["disks"]
    return next((one for one in found if one["name"] == disk), {})


def test_a_disk_is_shared_by_running_machines(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        image=task("image", name=IMAGE, src=str(tiny_image)),
        data=task("disk", name="it-shared.img", size="1MiB", format="raw"),
        alone=task("disk", name="it-alone.img", size="1MiB", format="raw"),
        one=made("one"),
        two=made("two"),
        ready=shell(READY),
        foretold=check("vm", **machine("one", disks=[SHARED])),
        attached=with_disk("one", SHARED),
        attached_again=with_disk("one", SHARED),
        own=with_disk("one", ALONE),
        first=info("one"),
        before=picture(),
        unshared=with_disk("two", DATA),
        not_alone=with_disk("two", {**ALONE, "shareable": True}),
        reads=with_disk("two", {**ALONE, "readonly": True}),
        format=with_disk("two", {"name": "new", "size": "1MiB", "shareable": True}),
        between=picture(),
        attached_two=with_disk("two", SHARED),
        both=info("one"),
        # A guest that stands still does not let go.
        paused=shell("virsh -q suspend it-one"),
        held=with_disk("one", GONE, wait_timeout=2),
        after_held=info("two"),
        resumed=shell("virsh -q resume it-one"),
        detached=with_disk("one", GONE),
        detached_again=with_disk("one", GONE),
        rest=info("two"),
        rest_one=info("one"),
        detached_two=with_disk("two", GONE),
        last=info("two"),
        node=shell("mknod /dev/it-block b 7 213"),
        block=task("vm", name="it-block", memory="16MiB", disks=[BLOCK, {**SHARED, "bus": "scsi"}]),
        block_info=info("block"),
        clear=shell("rm -f /dev/it-block"),
        **{
            f"end_{name}": task("vm", name=f"it-{name}", state="absent", delete_disks="owned")
            for name in ("one", "two", "block")
        },
        left=shell(f"ls {FOLDER} | grep -E '^it-(shared|alone)'"),
        clean=shell(f"rm -f {FOLDER}/it-shared* {FOLDER}/it-alone.img; virsh pool-refresh default"),
    )
    assert verbs(seen["attached"]) == ["define", "attach"]
    assert seen["foretold"]["actions"] == seen["attached"]["actions"]
    assert not seen["attached_again"]["changed"]
    first = told(seen["first"])
    assert (first["attach_count"], first["users"]) == (1, ["it-one"])
    assert (first["alias"], first["path"]) == ("ua-vmrt-data", f"{FOLDER}/it-shared.img")
    assert first["guest_path"] == "/dev/disk/by-id/virtio-it_shared"
    assert first["address"].startswith("0000:")
    assert told(seen["first"], "root")["attach_count"] == 1

    uses = f"the vm 'it-one' uses {FOLDER}/it-"
    assert f"{uses}shared.img as its disk vdb." in refused(seen["unshared"], "disks[data]")
    assert f"{uses}alone.img as its disk vdc alone" in refused(seen["not_alone"], "disks[alone]")
    assert "vdc and writes to it" in refused(seen["reads"], "disks[alone]")
    assert "one qcow2" in refused(seen["format"], "disks[new].shareable")
    assert seen["before"]["stdout"] == seen["between"]["stdout"]

    assert verbs(seen["attached_two"]) == ["define", "attach"]
    both = told(seen["both"])
    assert (both["attach_count"], both["users"]) == (2, ["it-one", "it-two"])
    assert seen["held"]["failed"]
    assert "did not let go of disks[data]" in seen["held"]["msg"]
    assert told(seen["after_held"])["attach_count"] == 2
    assert not seen["detached"].get("failed"), seen["detached"]["msg"]
    assert not seen["detached_again"]["changed"]
    rest = told(seen["rest"])
    assert (rest["attach_count"], rest["users"]) == (1, ["it-two"])
    assert told(seen["rest_one"]) == {}
    assert verbs(seen["detached_two"]) == ["define", "detach"]
    assert told(seen["last"]) == {}

    block = told(seen["block_info"], "block")
    assert (block["major"], block["minor"], block["attach_count"]) == (7, 213, 0)
    scsi = told(seen["block_info"])
    assert scsi["guest_path"] == "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_it_shared"
    assert scsi["address"].startswith("drive ")
    assert (scsi["users"], scsi["attach_count"]) == (["it-block"], 0)
    # Nobody's declaration made them.
    assert seen["left"]["stdout"].split() == [
        "it-alone.img",
        "it-shared-tiny.qcow2",
        "it-shared.img",
    ]
