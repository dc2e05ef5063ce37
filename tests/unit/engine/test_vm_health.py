# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_info tells of how a vm does."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import AGENT_CHANNEL
from tests.unit.support import play


@pytest.fixture
def made() -> FakeNode:
    node = play.node()
    play.converge(node, state="running", disks=[play.disk(serial="a long serial of a disk")])
    node.agents["web1"] = FakeAgent()
    return node


def status(made: FakeNode, *sources: str, name: str = "web1") -> Any:
    given = {"name": name, "address_sources": list(sources or ("lease", "agent"))}
    return info.vms(FakeObserver(made), given)["vms"][0]["status"]


def test_a_vm_that_is_well(made: FakeNode):
    made.vitals["web1"] = {"control": "ok", "processes": {"pid": 7, "state": "running"}}
    told = status(made)
    assert told["health"]["healthy"] is True
    assert told["health"]["agent"] is True
    assert told["health"]["state"] == told["health"]["hypervisor"] == "running"
    assert "problems" not in told["health"] or told["health"]["problems"] == []
    assert told["processes"]["pid"] == 7


@pytest.mark.parametrize(
    ("vitals", "problem"),
    [
        ({"processes": {"state": "stopped"}}, "its process is stopped"),
        ({"control": "error"}, "libvirt can not talk to its hypervisor"),
        ({"disk_errors": {"vda": "no space"}}, "the disk vda has an error: no space"),
        ({"reason": "io-error"}, "it is running: io-error"),
    ],
)
def test_what_is_wrong_is_told(made: FakeNode, vitals: dict[str, Any], problem: str):
    made.vitals["web1"] = vitals
    health = status(made)["health"]
    assert (health["healthy"], health["problems"]) == (False, [problem])


def test_an_agent_that_does_not_answer_is_told_where_it_is_asked(made: FakeNode):
    del made.agents["web1"]
    assert status(made)["health"]["problems"] == ["its guest agent does not answer"]
    assert status(made, "lease")["health"]["healthy"] is True
    made.agents["web1"] = FakeAgent()
    channel = play.live(made).find(f"devices/channel/target[@name='{AGENT_CHANNEL}']")
    channel.set("state", "disconnected")
    assert status(made)["health"]["agent"] is False
    channel.getparent().getparent().remove(channel.getparent())
    assert "agent" not in status(made)["health"]


@pytest.mark.parametrize(
    ("state", "reason", "problems"),
    [
        ("paused", "user", 0),
        ("paused", "io-error", 1),
        ("shutoff", "shutdown", 0),
        ("shutoff", "crashed", 1),
    ],
)
def test_a_vm_that_does_not_run_is_not_healthy(
    made: FakeNode, state: str, reason: str, problems: int
):
    made.vms["web1"].state = state
    made.vitals["web1"] = {"reason": reason}
    health = status(made)["health"]
    assert health["healthy"] is False
    assert len(health.get("problems", [])) == problems


def test_what_waits_for_a_restart_is_told_as_it_is(made: FakeNode):
    assert "in_force" not in status(made) or status(made)["in_force"] == {}
    play.converge(made, max_memory="4GiB")
    assert status(made)["in_force"] == {"max_memory": "1GiB"}


def test_who_shares_a_disk_is_told(made: FakeNode):
    (disk,) = status(made)["disk_use"]
    assert (disk["users"], disk["attach_count"]) == (["web1"], 1)
    assert disk["guest_path"] == "/dev/disk/by-id/virtio-a_long_serial_of_a_d"
    assert disk["path"] == f"{play.FOLDER}/web1-root.qcow2"
