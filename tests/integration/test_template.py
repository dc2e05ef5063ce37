# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A template that is made of a running machine, machines that are made of it, and its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.integration.patterns import contents, same, write
from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

IMAGES = "/var/lib/libvirt/images"
BASE = "it-template-base.qcow2"
BUILT = "it-template-built"
VM1 = "it-template-1"
NAME = "it-template"
FILE = f"{NAME}.template.json"
# The machine has nothing to boot, so only this test writes to its disks.
VM: dict[str, Any] = {
    "name": BUILT,
    "memory": "64MiB",
    "force": True,
    "stop_timeout": 1,
    "disks": [
        {"name": "root", "size": "64MiB", "image": BASE},
        {"name": "data", "size": "16MiB", "format": "raw"},
    ],
    "nics": [{"name": "lan", "network": NAME}],
    "cloud_init": {"hostname": "built"},
}


def template(make: Any = task, /, **options: Any) -> Task:
    return make("vm_template", **{"name": NAME, **options})


def vm1(make: Any = task, /, **options: Any) -> Task:
    wish = {"name": VM1, "template": NAME, "cloud_init": {"hostname": "one"}}
    return make("vm", **{**wish, "memory": "96MiB", "force": True, "stop_timeout": 1, **options})


def info() -> Task:
    return task("vm_template_info", name=NAME, pool="default")


def digests() -> Task:
    return shell(f"cd {IMAGES}; sha256sum {NAME}-root.qcow2 {NAME}-data.img {FILE}")


def test_the_life_of_a_template(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        network=task("network", name=NAME, state="active", mode="isolated"),
        base=task("disk", name=BASE, size="64MiB"),
        filled=shell(f"qemu-io -f qcow2 -c 'write -P 99 32M 8M' {IMAGES}/{BASE}"),
        built=task("vm", **VM, state="running"),
        written=write(BUILT, 1),
        held=contents(BUILT),
        before=picture(),
        foretold=template(check, from_vm=BUILT),
        between=picture(),
        made=template(from_vm=BUILT),
        again=template(from_vm=BUILT),
        files=shell(
            f"virsh domstate {BUILT}; cd {IMAGES}; ls -A | grep part; "
            f"stat -c %a {NAME}-root.qcow2 {NAME}-data.img {FILE}"
        ),
        file=shell(f"cat {IMAGES}/{FILE}"),
        told=info(),
        image=task("image_info", name=f"{NAME}-root.qcow2"),
        written_later=write(BUILT, 2),
        digests=digests(),
        vm1_foretold=vm1(check, state="running"),
        vm1=vm1(state="running"),
        vm1_again=vm1(state="running"),
        of_vm1=contents(VM1),
        who=shell(
            f"for vm in {BUILT} {VM1}; do virsh domuuid $vm; "
            "virsh domiflist $vm --inactive | awk 'NR > 2 && $5 {print $5}'; done"
        ),
        vm1_written=write(VM1, 3),
        used=info(),
        in_use=template(state="absent"),
        built_gone=task(
            "vm", name=BUILT, state="absent", delete_disks="owned", force=True, stop_timeout=1
        ),
        kept=template(from_vm=BUILT),
        digests_kept=digests(),
        vm1_gone=task(
            "vm", name=VM1, state="absent", delete_disks="owned", force=True, stop_timeout=1
        ),
        no_image=task("image", name=f"{NAME}-root.qcow2", state="absent"),
        swept=check("image_gc", pool="default", names=[f"{NAME}-*"], older_than=0),
        gone_foretold=template(check, state="absent"),
        gone=template(state="absent"),
        base_gone=task("disk", name=BASE, state="absent"),
        left=shell(f"ls -A {IMAGES} | grep {NAME}; virsh list --all --name | grep {NAME}; true"),
        network_gone=task("network", name=NAME, state="absent"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert seen["foretold"]["actions"] == seen["made"]["actions"]
    assert seen["foretold"]["diff"] == seen["made"]["diff"]
    assert verbs(seen["made"]) == ["copy_disks", "make_template"]
    assert verbs(seen["again"]) == verbs(seen["kept"]) == []
    assert seen["files"]["stdout"].split() == ["running", "644", "644", "600"]
    (found,) = seen["told"]["templates"]
    assert (found["status"], found["from_vm"]) == ("Ready", BUILT)
    assert "used_by" not in found
    said = json.loads(seen["file"]["stdout"])
    assert said["vm"] == found["vm"]
    assert said["uuid"] == found["uuid"] == seen["made"]["vm_template"]["uuid"]
    (image,) = seen["image"]["images"]
    assert image["source"] == f"default/{BUILT}-root.qcow2"
    # A vm of it holds what the source held then, and is somebody else.
    assert seen["vm1_foretold"]["actions"] == seen["vm1"]["actions"]
    assert verbs(seen["vm1"])[-1] == "start"
    assert seen["vm1"]["vm"]["memory"] == "96MiB"
    assert verbs(seen["vm1_again"]) == []
    same(seen["held"], seen["of_vm1"])
    words = seen["who"]["stdout"].split()
    assert len(words) == len({*words}) == 4, words
    assert not [word for word in words if word in seen["file"]["stdout"]]
    (used,) = seen["used"]["templates"]
    assert used["used_by"] == [VM1]
    assert used["overlays"] == [f"default/{VM1}-data.qcow2", f"default/{VM1}-root.qcow2"]
    assert f"its overlay default/{VM1}-root.qcow2" in refused(seen["in_use"], "name")
    assert verbs(seen["built_gone"])[-1] == "delete_volume"
    assert seen["digests"]["stdout"] == seen["digests_kept"]["stdout"]
    assert f"the template '{NAME}'" in refused(seen["no_image"], "name")
    assert {one["reason"] for one in seen["swept"]["kept"]} == {
        f"it is needed by the template '{NAME}'"
    }
    assert seen["gone_foretold"]["actions"] == seen["gone"]["actions"]
    assert verbs(seen["gone"]) == ["delete_volume"] * 3
    assert seen["left"]["stdout"] == ""
