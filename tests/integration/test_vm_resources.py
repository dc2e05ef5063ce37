# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processors, memory and tuning of machines on a real node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
WISH: dict[str, Any] = {
    "name": "it-res",
    "state": "running",
    "machine": "q35",
    "vcpus": 2,
    "cpu": {
        "mode": "maximum",
        "topology": {"sockets": 1, "dies": 1, "cores": 4, "threads": 1},
        "features": [{"name": "svm", "policy": "disable"}],
        "numa_cells": [
            {"cpus": "0-1", "memory": "128MiB"},
            {"cpus": "2-3", "memory": "64MiB"},
        ],
    },
    "memory_hotplug": {"maximum": "2GiB", "slots": 4},
    "memory_backing": {"source": "memfd", "access": "shared", "allocation": {"mode": "ondemand"}},
    "memory_devices": [{"name": "grows", "size": "256MiB", "node": 0, "block": "2MiB"}],
    "memory_core_dump": False,
    "balloon": {"free_page_reporting": True, "statistics_period": 5},
    "io_threads": 1,
    "cpu_tune": {
        "vcpu_pins": [{"vcpu": 0, "cpus": "0"}, {"vcpu": 1, "cpus": "0-1"}],
        "emulator_pin": "0-1",
        "vcpu_schedulers": [{"vcpus": "1", "scheduler": "batch"}],
    },
    "disks": [{"name": "root", "size": "64MiB", "image": "it-res-tiny.qcow2"}],
    "stop_timeout": 60,
}
# All of this reaches the running guest.
MORE: dict[str, Any] = {
    "name": "it-res",
    "memory_devices": [
        {"name": "grows", "size": "256MiB", "requested": "128MiB"},
        {"name": "more", "model": "dimm", "size": "128MiB", "node": 1},
    ],
    "balloon": {"statistics_period": 0},
    "io_threads": 3,
    "io_thread_ids": [{"id": 1}, {"id": 7, "thread_pool_max": 8}],
    "cpu_tune": {
        "vcpu_pins": [{"vcpu": 1, "cpus": "1"}],
        "emulator_pin": "1",
        "iothread_pins": [{"iothread": 1, "cpus": "1"}],
    },
}
LESS: dict[str, Any] = {
    "name": "it-res",
    "memory_devices": [{"name": "grows", "size": "256MiB", "requested": "0"}],
    "io_threads": 2,
    "io_thread_ids": [{"id": 7, "state": "absent"}],
}
LATER: dict[str, Any] = {
    "name": "it-res",
    "numa_tune": {"memory": {"mode": "preferred", "nodes": "0"}},
    "iommu": {"model": "intel"},
}
LIVE = (
    "virsh -q vcpupin it-res --live; virsh -q emulatorpin it-res --live;"
    "virsh -q iothreadinfo it-res --live; virsh dumpxml it-res | grep -cE \"<stats|model='dimm'\""
)


def test_what_a_machine_gets_of_its_node(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        image=task("image", name="it-res-tiny.qcow2", src=str(tiny_image)),
        before=picture(),
        predicted=check("vm", **WISH),
        between=picture(),
        made=task("vm", **WISH),
        again=task("vm", **WISH),
        booted=shell("sleep 4"),
        predicted_more=check("vm", **MORE),
        more=task("vm", **MORE),
        live=shell(LIVE),
        settled=shell("sleep 3"),
        more_again=task("vm", **MORE),
        info=task("vm_info", name="it-res"),
        less=task("vm", **LESS),
        less_again=task("vm", **LESS),
        limited=check("vm", name="it-res", cpu_tune={"shares": 512}),
        limited_memory=task("vm", name="it-res", memory_tune={"hard_limit": "1GiB"}),
        limited_disk=check(
            "vm", name="it-res", block_tune={"devices": [{"path": "/dev/null", "weight": 200}]}
        ),
        too_much=check("vm", name="it-res", max_memory="1GiB"),
        later=task("vm", **LATER),
        later_again=task("vm", **LATER),
        ended=task("vm", name="it-res", state="stopped", force=True, stop_timeout=3),
        stopped=task("vm", **LATER),
        pinned=task("vm", name="it-res", cpu_tune={"emulator_pin": "0"}),
        pinned_again=task("vm", name="it-res", cpu_tune={"emulator_pin": "0"}),
        started=task("vm", name="it-res", state="running"),
        started_again=task("vm", **{**LATER, "state": "running"}),
        gone=task(
            "vm", name="it-res", state="absent", force=True, stop_timeout=1, delete_disks="owned"
        ),
        image_gone=task("image", name="it-res-tiny.qcow2", state="absent"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "create_volume", "start"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    made = seen["made"]["vm"]
    assert (made["max_vcpus"], made["memory"], made["max_memory"]) == (4, "192MiB", "448MiB")
    assert not seen["again"]["changed"], seen["again"]["diff"]

    assert sorted(verbs(seen["more"])) == sorted(
        ["define", "attach", "add_io_thread", "add_io_thread", *["tune"] * 4, "update"]
    )
    assert seen["predicted_more"]["actions"] == seen["more"]["actions"]
    assert not seen["more"].get("restart_required"), seen["more"]["restart_required"]
    assert not seen["more_again"]["changed"], seen["more_again"]["diff"]
    assert not seen["more_again"].get("restart_required"), seen["more_again"]["restart_required"]
    devices = {one["name"]: one for one in seen["info"]["vms"][0]["memory_devices"]}
    assert devices["grows"]["requested"] == "128MiB"
    assert devices["more"]["size"] == "128MiB"

    assert sorted(verbs(seen["less"])) == ["define", "remove_io_thread", "update"]
    assert not seen["less_again"]["changed"], seen["less_again"]["diff"]
    assert "cgroup" in refused(seen["limited"], "cpu_tune")
    assert "cgroup" in refused(seen["limited_memory"], "memory_tune")
    assert "cgroup" in refused(seen["limited_disk"], "block_tune")
    refused(seen["too_much"], "max_memory")

    assert verbs(seen["later"]) == ["define"]
    assert seen["later"]["restart_required"]
    assert not seen["later_again"]["changed"]
    assert not seen["stopped"]["changed"]
    assert verbs(seen["pinned"]) == ["define"]
    assert not seen["pinned_again"]["changed"]
    assert not seen["started"].get("failed"), seen["started"]["msg"]
    assert not seen["started_again"]["changed"], seen["started_again"]["diff"]
    assert not seen["started_again"].get("restart_required")
    assert not seen["gone"].get("failed"), seen["gone"]["msg"]
