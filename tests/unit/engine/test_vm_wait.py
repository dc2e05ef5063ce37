# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a guest, and what is said when it does not come."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.wait import wait_for_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play

LOG = "/var/log/web1.log"
ADDRESS = "192.0.2.21"


@pytest.fixture
def made() -> FakeNode:
    node = play.node()
    play.converge(
        node, state="running", nics=[play.nic()], serials=[{"name": "console", "log": LOG}]
    )
    return node


def wait(made: FakeNode, goal: str) -> None:
    given = {"name": "web1", "wait_for": goal, "wait_timeout": 0}
    wait_for_vm(FakeObserver(made), given)


def lease(made: FakeNode) -> None:
    mac = play.config(made).find("devices/interface/mac").get("address")
    made.leases[mac] = ADDRESS


def cloud_init(made: FakeNode, errors: list[str]) -> None:
    result = json.dumps({"v1": {"errors": errors}}).encode()
    made.agents["web1"] = {
        "guest-file-open": 7,
        "guest-file-read": {"buf-b64": base64.b64encode(result).decode()},
        "guest-file-close": {},
    }


def test_nothing_is_waited_for_unless_it_is_said(made: FakeNode):
    wait(made, "none")


@pytest.mark.parametrize(
    ("goal", "trouble"),
    [
        ("ip", "neither a lease nor the guest agent tells an address"),
        ("agent", "it does not answer"),
        ("ssh", "no address is known"),
        ("cloud_init", "can not be read yet"),
    ],
)
def test_what_does_not_come_is_told(made: FakeNode, goal: str, trouble: str):
    with pytest.raises(VmrtError) as error:
        wait(made, goal)
    assert error.value.option == "wait_for"
    assert f"'web1' did not reach {goal} within 0 s" in str(error.value)
    assert trouble in str(error.value)


def test_the_console_tells_the_rest(made: FakeNode):
    made.files[LOG] = "old\n" * 20 + "\x1b[31mKernel panic\x07\n\n"
    with pytest.raises(VmrtError) as error:
        wait(made, "ip")
    assert "its console says last: " in str(error.value)
    assert "[31mKernel panic" in str(error.value)
    assert str(error.value).isprintable()
    assert str(error.value).count("old") < 10


def test_what_is_there_is_waited_for_no_longer(made: FakeNode):
    lease(made)
    wait(made, "ip")
    made.servers[ADDRESS, 22] = "SSH-2.0-OpenSSH_9.2"
    wait(made, "ssh")
    made.agents["web1"] = {"guest-ping": {}}
    wait(made, "agent")
    cloud_init(made, [])
    wait(made, "cloud_init")


def test_a_port_that_speaks_no_ssh_is_no_ssh_server(made: FakeNode):
    lease(made)
    made.servers[ADDRESS, 22] = "HTTP/1.1 400"
    with pytest.raises(VmrtError, match=rf"no SSH server answers on port 22 \({ADDRESS}\)"):
        wait(made, "ssh")


def test_errors_of_cloud_init_end_the_wait(made: FakeNode):
    cloud_init(made, ["no such module"])
    with pytest.raises(VmrtError) as error:
        wait(made, "cloud_init")
    assert error.value.option == "cloud_init"
    assert "ended with errors: no such module" in str(error.value)


@pytest.mark.parametrize("state", ["stopped", "paused"])
def test_a_vm_that_does_not_run_is_not_waited_for(made: FakeNode, state: str):
    play.converge(made, state=state)
    for goal in ("ip", "agent", "ssh", "cloud_init"):
        wait(made, goal)


@pytest.mark.parametrize(
    "answer", [b"no json", b"[]", b'{"v1": 1}', b'{"v1": {"errors": 1}}', b"\xff", b""]
)
def test_what_a_guest_says_can_be_anything(made: FakeNode, answer: bytes):
    cloud_init(made, [])
    made.agents["web1"]["guest-file-read"] = {"buf-b64": base64.b64encode(answer).decode()}
    with pytest.raises(VmrtError, match="is not what cloud-init writes"):
        wait(made, "cloud_init")


def test_what_a_guest_says_does_not_reach_a_terminal(made: FakeNode):
    cloud_init(made, ["\x1b[2Jgone\x07"])
    with pytest.raises(VmrtError) as error:
        wait(made, "cloud_init")
    assert str(error.value).isprintable()
