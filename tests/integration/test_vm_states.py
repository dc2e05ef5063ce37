# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines whose guest crashed, sleeps, or answers to nothing, and the way back from there.

No system is in them: the registers by which a guest tells that it panics, and by which it sleeps,
are written from outside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, play, refused, shell, task, verbs

NAME = "it-states"
WISH: dict[str, Any] = {
    "name": NAME,
    "memory": "64MiB",
    "machine": "q35",
    "disks": [{"name": "data", "size": "1MiB"}, {"name": "stays", "size": "1MiB"}],
    "panics": [{"name": "panic", "model": "isa"}],
    "on_crash": "preserve",
    "pm": {"suspend_to_mem": True},
}
GONE: dict[str, Any] = {
    "name": NAME,
    "disks": [{"name": "data", "state": "absent"}],
    "wait_timeout": 2,
}


def becomes(state: str, **more: Any) -> Task:
    """A task that names the state alone."""
    return task("vm", name=NAME, state=state, force=True, stop_timeout=1, **more)


def writes(register: str, state: str) -> Task:
    """Write a register, once the firmware is so far, until the machine is in a state."""
    return shell(
        f"for i in $(seq 40); do virsh qemu-monitor-command {NAME} --hmp 'o {register}';"
        f" virsh -q domstate {NAME} | grep -q {state} && exit; sleep 0.25; done; exit 1"
    )


# The port of pvpanic, and the control register of ACPI with the sleep state S3.
PANICS = writes("/b 0x505 1", "crashed")
SLEEPS = writes("/w 0x604 0x2400", "pmsuspended")


def test_a_guest_that_does_not_let_go_of_a_disk(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        made=task("vm", **WISH, state="running"),
        predicted=check("vm", **GONE),
        held=task("vm", **GONE),
        told=task("vm", name=NAME),
        held_again=task("vm", **GONE),
        live=shell(f"virsh -q domblklist {NAME}"),
        stopped=becomes("stopped"),
        free=task("vm", **GONE),
        disks=shell(f"virsh -q domblklist {NAME}; ls /var/lib/libvirt/images"),
    )
    assert verbs(seen["predicted"]) == ["define", "detach"]
    for name in ("held", "held_again"):
        text = refused({**seen[name], "changed": False}, "wait_timeout")
        assert "the guest did not let go of disks[data] within 2 s; it is still attached" in text
    assert verbs({**seen["held"], "failed": False}) == ["define"]
    assert not seen["held_again"]["changed"]
    assert seen["told"]["restart_required"] == ["disks[data]"]
    assert not seen["told"]["changed"]
    assert f"{NAME}-data.qcow2" in seen["live"]["stdout"]
    assert not seen["free"]["changed"]
    assert seen["free"]["restart_required"] == []
    table, _disk, files = seen["disks"]["stdout"].partition("-stays.qcow2")
    assert f"{NAME}-data.qcow2" not in table
    assert f"{NAME}-data.qcow2" in files, "its data is nobody's to delete"


def test_the_way_back_from_each_state(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        made=task("vm", **WISH, state="running"),
        crash=PANICS,
        info_crashed=task("vm_info", name=NAME),
        as_it_is=becomes("present"),
        resumed=task("vm_power", name=NAME, operation="resume"),
        paused=check("vm", name=NAME, state="paused"),
        foretold=check("vm", name=NAME, state="running"),
        runs=becomes("running"),
        runs_again=becomes("running"),
        crash_again=PANICS,
        stops=becomes("stopped"),
        stops_again=becomes("stopped"),
        started=becomes("running"),
        sleep=SLEEPS,
        info_asleep=task("vm_info", name=NAME),
        sleeps_on=becomes("present"),
        not_halted=task("vm_power", name=NAME, operation="suspend"),
        wakes_foretold=check("vm", name=NAME, state="running"),
        wakes=becomes("running"),
        wakes_again=becomes("running"),
        sleep_again=SLEEPS,
        woken=task("vm_power", name=NAME, operation="wake_up"),
        last_sleep=SLEEPS,
        sleep_ends=becomes("stopped"),
        last_start=becomes("running"),
        last_crash=PANICS,
        removed=becomes("absent", delete_disks="owned"),
        left=shell(f"virsh -q list --all --name | grep -x {NAME}"),
        cleared=task("disk", name=f"{NAME}-data.qcow2", state="absent"),
    )
    assert not seen["made"].get("failed"), seen["made"].get("msg")
    crashed = seen["info_crashed"]["vms"][0]["status"]
    assert crashed["phase"] == "Error"
    assert (crashed["health"]["state"], crashed["health"]["healthy"]) == ("crashed", False)
    assert crashed["health"]["problems"] == ["it is crashed: panicked"]
    assert not seen["as_it_is"]["changed"]
    assert "is crashed" in refused(seen["resumed"], "operation")
    assert verbs(seen["paused"]) == verbs(seen["foretold"]) == ["stop", "start"]
    assert seen["foretold"]["actions"] == seen["runs"]["actions"]
    assert verbs(seen["runs_again"]) == []
    assert verbs(seen["stops"]) == ["stop"]
    assert verbs(seen["stops_again"]) == []

    asleep = seen["info_asleep"]["vms"][0]["status"]
    assert asleep["phase"] == "Suspended"
    assert asleep["health"]["state"] == "pmsuspended"
    assert verbs(seen["sleeps_on"]) == []
    assert "is pmsuspended" in refused(seen["not_halted"], "operation")
    assert verbs(seen["wakes"]) == verbs(seen["wakes_foretold"]) == ["resume"]
    assert verbs(seen["wakes_again"]) == []
    assert (verbs(seen["woken"]), seen["woken"]["phase"]) == (["resume"], "Running")
    assert verbs(seen["sleep_ends"]) == ["resume", "shutdown"]
    assert verbs(seen["removed"])[:2] == ["stop", "undefine"]
    assert seen["left"]["stdout"] == ""
