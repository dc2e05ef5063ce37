# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in the way of a removal, and what is told of what a vm leaves."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Undefine
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play


def made_with(**options: Any) -> FakeNode:
    made = play.node()
    play.converge(made, disks=[play.disk(size="1GiB")], **options)
    return made


def test_a_protected_vm_stays_until_the_task_says_otherwise():
    made = made_with(protect=True)
    with pytest.raises(VmrtError, match=r"^protect: .*Say protect: false") as caught:
        play.plan(made, state="absent", force=True)
    assert caught.value.option == "protect"
    play.converge(made, state="absent", protect=False)
    assert not made.vms


def test_saved_memory_is_not_lost_by_accident():
    made = made_with()
    made.vms["web1"].saved = True
    with pytest.raises(VmrtError, match="saved on the node"):
        play.plan(made, state="absent")
    assert play.only(play.converge(made, state="absent", force=True), Undefine).saved
    assert not made.vms


@pytest.mark.parametrize("disks", ["none", "owned"])
def test_firmware_and_tpm_stay_or_go_with_the_disks(disks: str):
    made = made_with(firmware="efi", tpm={"model": "tpm-crb"})
    plan = play.plan(made, state="absent", delete_disks=disks)
    assert play.only(plan, Undefine).keep_state == (disks == "none")
    told = " ".join(plan.warnings)
    for where in ("/nvram/web1_VARS.fd", "/swtpm/" + play.config(made).findtext("uuid")):
        assert (where in told) == (disks == "none")


def test_an_old_libvirt_can_not_keep_a_tpm():
    made = made_with(tpm={"model": "tpm-crb"})
    made.values = {**made.values, "libvirt_version": "8.0.0"}
    with pytest.raises(VmrtError, match="can not keep the TPM"):
        play.plan(made, state="absent")
    assert play.plan(made, state="absent", delete_disks="owned").actions
    assert play.plan(made, state="absent", force=True).actions


def test_snapshots_that_are_forgotten_are_told():
    made = made_with()
    made.vms["web1"].snapshots = dict.fromkeys(("one", "two"), play.config(made))
    assert "2 snapshots of web1" in play.plan(made, state="absent").warnings[0]


def test_a_shared_volume_stays():
    made = play.node()
    play.converge(made, disks=[play.disk(size="1GiB", shareable=True, format="raw")])
    plan = play.plan(made, state="absent", delete_disks="owned")
    assert play.verbs(plan) == ["undefine"]
    assert "shared or read-only" in plan.warnings[0]


@pytest.mark.parametrize(
    ("state", "verbs"),
    [
        ("running", ["stop", "start"]),
        ("paused", ["stop", "start"]),
        ("stopped", ["stop"]),
        ("absent", ["stop", "undefine"]),
        ("present", []),
    ],
)
def test_a_crashed_vm(state: str, verbs: list[str]):
    made = made_with(state="running")
    made.vms["web1"].state = "crashed"
    assert play.verbs(play.converge(made, state=state)) == verbs
    assert play.plan(made, state=state).actions == ()


@pytest.mark.parametrize("state", ["paused", "pmsuspended"])
def test_a_sleeping_vm_runs_again(state: str):
    made = made_with(state="running")
    made.vms["web1"].state = state
    assert play.verbs(play.plan(made, state="stopped")) == ["resume", "shutdown"]
    assert play.verbs(play.converge(made, state="running")) == ["resume"]
    assert play.plan(made, state="running").actions == ()


def test_each_state_of_libvirt_has_a_phase():
    assert {
        state: phase(state)
        for state in (
            *("no state", "running", "blocked", "paused", "in shutdown", "shutoff", "crashed"),
            "pmsuspended",
        )
    } == {
        "no state": "Running",
        "running": "Running",
        "blocked": "Running",
        "paused": "Paused",
        "in shutdown": "Stopping",
        "shutoff": "Stopped",
        "crashed": "Error",
        "pmsuspended": "Suspended",
    }
