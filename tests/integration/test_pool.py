# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools on real libvirt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.play import check, picture, play, refused, shell, task, verbs

FAST = {"name": "fast", "target": "/srv/pools/fast", "mode": "0711"}
OTHER = {**FAST, "target": "/srv/pools/other"}


def test_the_life_of_a_pool(lab: Any, tmp_path: Path) -> None:
    active = {**FAST, "state": "active", "autostart": True}
    seen = play(
        lab,
        tmp_path,
        before=picture(),
        predicted=check("pool", **active),
        between=picture(),
        made=task("pool", **active),
        again=task("pool", **active),
        built=shell("stat -c '%a %F' /srv/pools/fast; touch /srv/pools/fast/kept.img"),
        moved=task("pool", **OTHER),
        waits=task("pool", **OTHER),
        stopped=task("pool", name="fast", state="inactive"),
        started=task("pool", **OTHER, state="active"),
        path=shell("virsh pool-dumpxml fast | grep path; virsh pool-info fast | grep Autostart"),
        foreseen_end=check("pool", name="fast", state="absent"),
        ended=task("pool", name="fast", state="absent"),
        gone=task("pool", name="fast", state="absent"),
        kept=shell("ls /srv/pools/fast /srv/pools/other"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "set_autostart", "build_pool", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    assert seen["predicted"]["changed"]
    assert seen["predicted"]["pool"] == {"name": "fast", "state": "absent"}
    pool = seen["made"]["pool"]
    assert (pool["target"], pool["state"], pool["autostart"]) == (FAST["target"], "active", True)
    assert pool["available"]
    assert not seen["again"]["changed"]
    assert seen["built"]["stdout"] == "711 directory"
    assert verbs(seen["moved"]) == ["define"]
    assert seen["moved"]["restart_required"] == ["target"]
    assert not seen["waits"]["changed"]
    assert seen["waits"]["restart_required"] == ["target"]
    assert verbs(seen["stopped"]) == ["stop"]
    assert verbs(seen["started"]) == ["build_pool", "start"]
    assert "/srv/pools/other" in seen["path"]["stdout"]
    assert seen["path"]["stdout"].endswith("yes")
    assert verbs(seen["ended"]) == ["stop", "undefine"]
    assert seen["foreseen_end"]["actions"] == seen["ended"]["actions"]
    assert not seen["gone"]["changed"]
    assert "kept.img" in seen["kept"]["stdout"]


# A block device of a file. The node has no devices of the kernel's, but may make them.
_DEVICE = r"""
set -e
truncate -s 64M /srv/it-disk.img
test -e /dev/loop-control || mknod /dev/loop-control c 10 237
number=$(losetup -f | tr -dc 0-9)
test -e /dev/loop$number || mknod /dev/loop$number b 7 $number
losetup /dev/loop$number /srv/it-disk.img
ln -s /dev/loop$number /dev/it-disk
"""
_NO_DEVICE = "losetup -d $(readlink /dev/it-disk); rm -f /dev/it-disk /srv/it-disk.img"
IN_FILE = {"name": "it-fs", "type": "fs", "target": "/srv/it-fs"}
ON_DISK = {**IN_FILE, "devices": [{"path": "/dev/it-disk"}], "format": "ext4"}


def test_a_file_system_is_made_when_that_is_asked_for(lab: Any, tmp_path: Path) -> None:
    device = play(lab, tmp_path, device=shell(_DEVICE))["device"]
    if device.get("failed"):
        pytest.skip(f"the node can not have a loop device: {device['stderr']}")
    active = {**ON_DISK, "state": "active"}
    built = {**active, "build": "no_overwrite"}
    try:
        seen = play(
            lab,
            tmp_path,
            raw=shell("blkid -p /dev/it-disk"),
            unasked=task("pool", **active),
            untouched=shell("blkid -p /dev/it-disk"),
            forgotten=task("pool", **ON_DISK, state="absent"),
            before=picture(),
            predicted=check("pool", **built),
            between=picture(),
            made=task("pool", **built),
            again=task("pool", **built),
            mounted=shell("findmnt -n -o FSTYPE,TARGET /srv/it-fs; touch /srv/it-fs/new.img"),
            looked_at=task("pool", name="it-fs", refresh=True),
            info=task("pool_info", name="it-fs"),
            removed=task("pool", name="it-fs", state="absent"),
            taken_over=task("pool", **built),
            kept=shell("ls /srv/it-fs"),
            gone=task("pool", name="it-fs", state="absent"),
            overwritten=task("pool", **active, build="overwrite"),
            empty=shell("ls /srv/it-fs"),
            ended=task("pool", name="it-fs", state="absent"),
        )
    finally:
        play(lab, tmp_path, end=task("pool", name="it-fs", state="absent"), no=shell(_NO_DEVICE))
    assert seen["unasked"]["failed"]
    assert seen["raw"]["rc"] == seen["untouched"]["rc"] != 0
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "build_pool", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    assert seen["mounted"]["stdout"].split() == ["ext4", "/srv/it-fs"]
    assert verbs(seen["looked_at"]) == ["refresh_pool"]
    assert not seen["looked_at"]["changed"]
    assert seen["looked_at"]["pool"]["refreshed"] == {"found": ["new.img"]}
    (info,) = seen["info"]["pools"]
    assert (info["state"], info["folder_exists"], info["format"]) == ("active", True, "ext4")
    assert "new.img" in [volume["name"] for volume in info["volumes"]]
    assert verbs(seen["taken_over"]) == ["define", "build_pool", "start"]
    assert "new.img" in seen["kept"]["stdout"]
    assert seen["overwritten"]["changed"]
    assert seen["empty"]["stdout"] == "lost+found"


def test_what_a_pool_holds(lab: Any, tmp_path: Path) -> None:
    held = {"name": "it-held", "target": "/srv/it-held"}
    vm = {"name": "it-held", "hypervisor": "qemu"}
    disks = [{"name": "data", "pool": "it-held", "size": "8MiB"}]
    end = {**held, "state": "absent", "delete_contents": True}
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", **held, state="active"),
        ceph=check("pool", name="it-ceph", type="rbd", hosts=[{"name": "a"}], source_name="vms"),
        have=task("vm", **vm, disks=disks),
        info=task("pool_info"),
        before=picture(),
        needed=task("pool", **end),
        after=picture(),
        free=task("vm", **vm, state="absent"),
        predicted=check("pool", **end),
        ended=task("pool", **end),
        again=task("pool", **end),
        left=shell("ls -A /srv/it-held"),
    )
    (volume,) = next(one for one in seen["info"]["pools"] if one["name"] == "it-held")["volumes"]
    (user,) = volume["used_by"]
    assert (user["vm"], user["disk"], volume["size"]) == ("it-held", "data", "8MiB")
    refused(seen["needed"], "delete_contents")
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert verbs(seen["ended"]) == ["delete_volume", "stop", "undefine"]
    assert seen["predicted"]["actions"] == seen["ended"]["actions"]
    assert not seen["again"]["changed"]
    assert seen["left"]["stdout"] == ""
    assert "libvirt-daemon-driver-storage-rbd" in refused(seen["ceph"], "type")


def test_bad_input_touches_nothing(lab: Any, tmp_path: Path) -> None:
    bad = {
        "parent": (task("pool", name=".."), "name"),
        "flag": (check("pool", name="-rf"), "name"),
        "tab": (task("pool", name="a\tb"), "name"),
        "system": (task("pool", name="fast", target="/etc"), "target"),
        "detour": (check("pool", name="fast", target="/var/../etc"), "target"),
        "relative": (task("pool", name="fast", target="images"), "target"),
        "taken": (task("pool", name="fast", target="/var/lib/libvirt/images"), "target"),
        "octal": (task("pool", name="fast", mode=457), "mode"),
        "nobody": (task("pool", name="fast", uri="qemu+unix:///system?socket=/nobody"), "uri"),
    }
    tasks = {name: one for name, (one, _option) in bad.items()}
    have = task("pool", name="default", state="active")
    seen = play(lab, tmp_path, have=have, before=picture(), **tasks, after=picture())
    for name, (_task, option) in bad.items():
        refused(seen[name], option)
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
