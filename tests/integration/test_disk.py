# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes on a real node, also under a running vm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
INFO = "qemu-img info --force-share --output=json /var/lib/libvirt/images/"


def test_the_life_of_a_volume(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    wish = {"name": "it-a.qcow2", "size": "1GiB", "image": "it-base.qcow2"}
    larger = {**wish, "size": "1536MiB"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name="it-base.qcow2", src=str(tiny_image)),
        before=picture(),
        predicted=check("disk", **wish),
        between=picture(),
        made=task("disk", **wish),
        again=task("disk", **wish),
        info=shell(f"{INFO}it-a.qcow2"),
        predicted_growth=check("disk", **larger),
        grown=task("disk", **larger),
        grown_again=task("disk", **larger),
        shrunk=task("disk", **wish),
        raw=task("disk", name="it-raw.img", size="1MiB", format="raw"),
        base=task("image", name="it-base.qcow2", state="absent"),
        ended=task("disk", name="it-a.qcow2", state="absent"),
        gone=task("disk", name="it-a.qcow2", state="absent"),
        raw_end=task("disk", name="it-raw.img", state="absent"),
        base_end=task("image", name="it-base.qcow2", state="absent"),
        after=shell("ls -A /var/lib/libvirt/images"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["create_volume"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    disk = seen["made"]["disk"]
    assert (disk["size"], disk["format"], disk["image"]) == ("1GiB", "qcow2", "it-base.qcow2")
    assert not seen["again"]["changed"]
    assert '"backing-filename-format": "qcow2"' in seen["info"]["stdout"]
    assert verbs(seen["grown"]) == ["resize_volume"]
    assert seen["predicted_growth"]["actions"] == seen["grown"]["actions"]
    assert seen["grown"]["disk"]["size"] == "1536MiB"
    assert not seen["grown_again"]["changed"]
    assert "not shrunk" in refused(seen["shrunk"], "size")
    assert seen["raw"]["disk"]["format"] == "raw"
    assert "default/it-a.qcow2" in refused(seen["base"], "name")
    assert verbs(seen["ended"]) == verbs(seen["base_end"]) == ["delete_volume"]
    assert not seen["gone"]["changed"]
    assert "it-" not in seen["after"]["stdout"]


def test_a_volume_under_a_running_vm(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    image = {"name": "it-base.qcow2", "src": str(tiny_image)}
    root = {"name": "root", "volume": "it-vm.qcow2", "image": "it-base.qcow2"}
    vm = {"name": "it-vm", "hypervisor": "qemu", "memory": "128MiB"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", **image),
        vm=task("vm", **vm, disks=[root], nics=[], state="running"),
        grown=task("disk", name="it-vm.qcow2", size="1GiB"),
        again=task("disk", name="it-vm.qcow2", size="1GiB"),
        guest=shell("virsh domblkinfo it-vm vda | awk '/Capacity/ {print $2}'"),
        used=task("disk", name="it-vm.qcow2", state="absent"),
        used_in_check=check("disk", name="it-vm.qcow2", state="absent"),
        base=task("image", name="it-base.qcow2", state="absent"),
        end=task("vm", name="it-vm", state="absent", force=True, stop_timeout=5),
        volume_end=task("disk", name="it-vm.qcow2", state="absent"),
        base_end=task("image", name="it-base.qcow2", state="absent"),
    )
    assert verbs(seen["grown"]) == ["block_resize"]
    assert seen["grown"]["disk"]["used_by"] == ["it-vm"]
    assert not seen["again"]["changed"]
    assert seen["guest"]["stdout"] == str(1024**3)
    assert "the vm 'it-vm'" in refused(seen["used"], "name")
    assert seen["used_in_check"]["msg"] == seen["used"]["msg"]
    assert "'it-vm'" in refused(seen["base"], "name")
    assert verbs(seen["end"])[-1] == "undefine"
    assert verbs(seen["volume_end"]) == verbs(seen["base_end"]) == ["delete_volume"]


def test_bad_input_touches_nothing(lab: Any, tmp_path: Path) -> None:
    bad = {
        "slash": (task("disk", name="a/b", size="1GiB"), "name"),
        "empty": (check("disk", name="", size="1GiB"), "name"),
        "long": (task("disk", name="a" * 300, size="1GiB"), "name"),
        "backwards": (task("disk", name="a\u202eb", size="1GiB"), "name"),
        "unit": (task("disk", name="a", size="4GB"), "size"),
        "bare": (check("disk", name="a", size="4"), "size"),
        "huge": (task("disk", name="a", size="9999999PiB"), "size"),
        "none": (task("disk", name="a"), "size"),
        "image": (task("disk", name="a", image="none"), "image"),
        "no_pool": (check("disk", name="a", pool="none", size="1GiB"), "pool"),
    }
    tasks = {name: one for name, (one, _option) in bad.items()}
    seen = play(lab, tmp_path, pool=POOL, before=picture(), **tasks, after=picture())
    for name, (_task, option) in bad.items():
        refused(seen[name], option)
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
