# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty vms in one task on real libvirt: made, left alone, changed, restarted, removed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, shell, task

NAMES = [f"it-fleet{number:02}" for number in range(20)]
POOL = {"name": "it-fleet", "target": "/srv/it-fleet", "state": "active"}
BASE = {"name": "base.qcow2", "pool": "it-fleet", "size": "32MiB"}
GONE = "it-fleet07"
# It has no guest that could answer.
SILENT = {
    "name": "it-fleet-silent",
    "memory": "64MiB",
    "state": "running",
    "stop_timeout": 1,
    "force": True,
    "wait_for": "agent",
    "wait_timeout": 2,
}


def vm(name: str, **options: Any) -> dict[str, Any]:
    disk = {"name": "root", "pool": "it-fleet", "image": "base.qcow2", "size": "48MiB"}
    return {
        "name": name,
        "memory": "64MiB",
        "state": "paused",
        "disks": [disk],
        "stop_timeout": 1,
        "force": True,
        **options,
    }


def fleet(vms: list[dict[str, Any]], **options: Any) -> Task:
    return task("fleet", pools=[POOL], disks=[BASE], vms=vms, **options)


ALL = "it-all"
# What there is after the run, which nobody can know before.
REPORTS = ("vm", "pool", "network", "image", "disk", "phase")


def everything(images: list[dict[str, Any]]) -> dict[str, Any]:
    """Vms and all that they need, with disks that their images size and others."""
    by_size: list[dict[str, Any]] = [{}, {"size": "48MiB"}]
    return {
        "pools": [{"name": ALL, "target": "/srv/it-all", "state": "active"}],
        "networks": [{"name": ALL, "mode": "isolated", "state": "active"}],
        "images": [{**one, "pool": ALL} for one in images],
        "disks": [
            {"name": f"it-all{number}.qcow2", "pool": ALL, "image": images[0]["name"], **size}
            for number, size in enumerate(by_size)
        ],
        "vms": [
            {
                "name": f"it-all{number}",
                "memory": "64MiB",
                "state": "paused",
                "disks": [
                    {"name": "root", "pool": ALL, "image": image["name"], **size},
                    {"name": "data", "pool": ALL, "volume": f"it-all{number}.qcow2"},
                ],
                "nics": [{"name": "lan", "network": ALL}],
            }
            for number, (image, size) in enumerate(zip(images, by_size))
        ],
    }


def predicted(result: Mapping[str, Any]) -> dict[str, Any]:
    """All that a result tells and check mode can tell."""
    things = {"vms": result["outcome"], **result["shared"]}
    return {
        f"{kind}/{name}": {key: value for key, value in one.items() if key not in REPORTS}
        for kind, some in things.items()
        for name, one in some.items()
    }


def test_all_that_vms_need_comes_with_them(lab: Any, tmp_path: Any) -> None:
    images = [
        {"name": "more.qcow2", "path": "/srv/it-more.qcow2"},
        {"name": "other.img", "url": "http://127.0.0.1:8089/it-other.img", "format": "raw"},
    ]
    wish = everything(images)
    gone = {
        kind: [
            {"name": one["name"], "state": "absent"}
            | ({"pool": ALL} if "pool" in one else {})
            | ({"delete_disks": "owned", "force": True} if kind == "vms" else {})
            for one in some
        ]
        for kind, some in wish.items()
    }
    seen = play(
        lab,
        tmp_path,
        source=shell(
            "qemu-img create -q -f qcow2 /srv/it-more.qcow2 32M; truncate -s 24M /srv/it-other.img;"
            "systemd-run --quiet --unit=it-all python3 -m http.server 8089 --bind 127.0.0.1 "
            "--directory /srv; sleep 1"
        ),
        before=picture(),
        foreseen=check("fleet", **wish),
        after=picture(),
        made=task("fleet", **wish),
        sizes=shell("virsh -q vol-list it-all --details"),
        again=check("fleet", **wish),
        real=task("fleet", **wish),
        foreseen_end=check("fleet", **gone),
        ended=task("fleet", **gone),
        stopped=shell("systemctl stop it-all; rm -r /srv/it-more.qcow2 /srv/it-other.img"),
        left=shell("virsh -q list --all; virsh -q pool-list --all; ls /srv/it-all"),
    )
    assert seen["before"]["stdout"] == seen["after"]["stdout"], "check mode changed something"
    assert not seen["made"].get("failed"), seen["made"].get("msg")
    assert predicted(seen["foreseen"]) == predicted(seen["made"])
    assert seen["foreseen"]["diff"] == seen["made"]["diff"]
    sizes = {line.split()[0]: line.split()[3:5] for line in seen["sizes"]["stdout"].splitlines()}
    assert sizes["it-all0-root.qcow2"] == sizes["it-all0.qcow2"] == ["32.00", "MiB"]
    assert sizes["it-all1-root.qcow2"] == sizes["it-all1.qcow2"] == ["48.00", "MiB"]
    for name in ("again", "real"):
        assert not seen[name]["changed"], seen[name]["diff"]
    assert predicted(seen["foreseen_end"]) == predicted(seen["ended"])
    assert not seen["ended"].get("failed"), seen["ended"].get("msg")
    assert "it-all" not in seen["left"]["stdout"]


def told(result: Mapping[str, Any], option: str) -> dict[str, Any]:
    """An option of the outcome of each vm."""
    return {name: one.get(option) for name, one in result["outcome"].items()}


def test_twenty_vms_in_one_task(lab: Any, tmp_path: Any) -> None:
    wish = [vm(name) for name in NAMES]
    # A disk in a pool that is not there; nothing else is wrong with it.
    lost = [{"name": "root", "pool": "it-nowhere", "size": "16MiB"}]
    broken = [{**one, "disks": lost} if one["name"] == GONE else one for one in wish]
    other = [vm(name, cpu={"mode": "maximum"}) for name in NAMES[:4]]
    rolling = {"rolling": {"batch": 2}}
    ends = [
        {**vm(name), "disks": None, "state": "absent", "delete_disks": "owned"} for name in NAMES
    ]
    end = {
        "vms": ends,
        "disks": [{**BASE, "state": "absent"}],
        "pools": [{**POOL, "state": "absent"}],
    }
    seen = play(
        lab,
        tmp_path,
        before=picture(),
        foreseen=check("fleet", **fleet(broken).options),
        after=picture(),
        made=fleet(broken),
        mended=fleet(wish),
        states=shell("virsh -q list --all | grep it-fleet"),
        still=picture(),
        again=check("fleet", **fleet(wish).options),
        real=fleet(wish),
        same=picture(),
        rolled_later=check("fleet", vms=other, **rolling),
        rolled=task("fleet", vms=other, **rolling),
        rolled_again=task("fleet", vms=other, **rolling),
        one=task("vm", **other[0]),
        silent=task("fleet", vms=[SILENT]),
        silent_gone=task("vm", **{**SILENT, "state": "absent"}),
        ends=check("fleet", **end),
        ended=task("fleet", **end),
        left=shell("virsh -q list --all --name | grep it-fleet; virsh -q pool-list --all --name"),
    )
    assert seen["before"]["stdout"] == seen["after"]["stdout"], "check mode changed something"
    for name in ("foreseen", "made"):
        result = seen[name]
        assert result["failed"]
        assert result["summary"]["failed"] == [GONE]
        assert result["summary"]["create"] == [one for one in NAMES if one != GONE]
        assert "there is no pool 'it-nowhere'" in result["outcome"][GONE]["msg"]
        assert f"{GONE}: disks[root].pool: " in result["msg"]
    assert told(seen["foreseen"], "actions") == told(seen["made"], "actions")
    assert seen["foreseen"]["diff"] == seen["made"]["diff"]
    assert seen["made"]["diff"][0]["prepared"].startswith("19 to create, 1 failed, 0 unchanged\n")

    assert not seen["mended"].get("failed"), seen["mended"].get("msg")
    assert seen["mended"]["summary"]["create"] == [GONE]
    assert seen["states"]["stdout"].count("paused") == len(NAMES)
    assert set(told(seen["mended"], "phase").values()) == {"Paused"}
    for name in ("again", "real"):
        assert not seen[name]["changed"], seen[name]["diff"]
        assert seen[name]["summary"]["unchanged"] == len(NAMES)
    assert seen["still"]["stdout"] == seen["same"]["stdout"]

    assert told(seen["rolled_later"], "actions") == told(seen["rolled"], "actions")
    for name in NAMES[:4]:
        steps = [step["action"] for step in seen["rolled"]["outcome"][name]["actions"]]
        assert steps == ["define", "resume", "shutdown", "start"]
    assert set(told(seen["rolled"], "restart_required").values()) == {None}
    assert not seen["rolled_again"]["changed"]
    assert not seen["one"]["changed"], "a vm is the same thing to both modules"

    assert seen["silent"]["failed"], "a new vm is waited for as well"
    assert "'it-fleet-silent' did not reach agent within 2 s" in seen["silent"]["msg"]
    assert not seen["silent_gone"].get("failed"), seen["silent_gone"].get("msg")

    assert told(seen["ends"], "actions") == told(seen["ended"], "actions")
    assert not seen["ended"].get("failed"), seen["ended"].get("msg")
    assert seen["ended"]["summary"]["remove"] == NAMES
    assert "it-fleet" not in seen["left"]["stdout"]


def test_two_runs_at_once(lab: Any, tmp_path: Path) -> None:
    """Each vm is what one of the runs made of it, and the other one says so."""

    def run(word: str) -> dict[str, Any]:
        folder = tmp_path / word
        folder.mkdir()
        vms = [vm(name, title=word, description=word) for name in NAMES]
        told: dict[str, Any] = play(lab, folder, made=task("fleet", vms=vms))["made"]
        return told

    play(lab, tmp_path, needed=fleet([]))
    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(run, ("one", "two")))
    look = f"for name in {' '.join(NAMES)}; do virsh domstate $name; virsh dumpxml $name; done"
    gone = [{**vm(name), "state": "absent", "delete_disks": "owned"} for name in NAMES]
    ends = [{**BASE, "state": "absent"}], [{**POOL, "state": "absent"}]
    seen = play(
        lab, tmp_path, look=shell(look), gone=task("fleet", disks=ends[0], pools=ends[1], vms=gone)
    )
    text = seen["look"]["stdout"]
    assert text.count("\npaused\n") + text.startswith("paused\n") == len(NAMES)
    assert re.findall("<title>(.*)</", text) == re.findall("<description>(.*)</", text)
    for result in runs:
        said = [one["msg"] for one in result["outcome"].values() if one.get("failed")]
        assert all("somebody else" in msg for msg in said), said
    assert not seen["gone"].get("failed"), seen["gone"].get("msg")


def test_a_rolling_restart_goes_on_once_a_guest_is_back(
    lab: Any, node: Any, tiny_image: Path, tmp_path: Path
) -> None:
    """The second guest has no network, and so never an address."""
    node.copy_to(tiny_image, "/srv/it-roll-tiny.qcow2")
    pool = {"name": "it-roll", "target": "/srv/it-roll", "state": "active"}
    image = {"name": "tiny.qcow2", "pool": "it-roll", "path": "/srv/it-roll-tiny.qcow2"}
    ranges = [{"start": "198.51.100.100", "end": "198.51.100.150"}]
    address = {"address": "198.51.100.1", "prefix": 24, "dhcp": {"ranges": ranges}}
    network = {"name": "it-roll", "mode": "isolated", "state": "active", "addresses": [address]}
    guest = {
        "memory": "128MiB",
        "state": "running",
        "stop_timeout": 20,
        "force": True,
        "wait_timeout": 15,
        "disks": [{"name": "root", "pool": "it-roll", "image": "tiny.qcow2"}],
        "serials": [{"name": "console"}],
    }
    lan = {"nics": [{"name": "lan", "network": "it-roll"}], "wait_timeout": 120}
    names = ["it-roll1", "it-roll2", "it-roll3"]
    vms = [{"name": name, **guest, **(lan if name != "it-roll2" else {})} for name in names]
    other = [{**one, "cpu": {"mode": "maximum"}} for one in vms]
    gone = [{"name": name, "state": "absent", "delete_disks": "owned"} for name in names]
    shared = {"pools": [pool], "networks": [network], "images": [image]}
    absent = {kind: [{**one, "state": "absent"} for one in some] for kind, some in shared.items()}
    seen = play(
        lab,
        tmp_path,
        made=task("fleet", **shared, vms=vms),
        rolled=task("fleet", vms=other, rolling={"batch": 1, "wait_for": "ip"}),
        gone=task("fleet", **absent, vms=gone),
    )
    assert not seen["made"].get("failed"), seen["made"].get("msg")
    rolled = seen["rolled"]["outcome"]
    assert "failed" not in rolled["it-roll1"], rolled["it-roll1"]
    assert "restart_required" not in rolled["it-roll1"]
    assert "did not reach ip" in rolled["it-roll2"]["msg"]
    third = rolled["it-roll3"]
    assert third["restart_required"] == ["cpu.mode"]
    assert third["warnings"] == [
        "rolling: it-roll3 is not restarted, since it-roll2 did not come back."
    ]
    assert not seen["gone"].get("failed"), seen["gone"].get("msg")
