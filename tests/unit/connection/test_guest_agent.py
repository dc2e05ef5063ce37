# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection plugin, on a guest in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.playbook.play_context import PlayContext

from ansible_collections.vmrt.libvirt.plugins.connection import guest_agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

CONTENT = bytes(range(256)) * 5000


class Guest:
    """What the plugin would reach through libvirt."""

    def __init__(self) -> None:
        self.agent: Any = FakeAgent()
        self.opened: list[str] = []
        self.asked: list[tuple[str, int]] = []

    def connect(self, uri: str, write: bool) -> Guest:
        assert write
        self.opened.append(uri)
        return self

    def close(self) -> None:
        self.opened.pop()

    def call(
        self, connection: Guest, vm: str, command: str, arguments: Mapping[str, Any], seconds: int
    ) -> Any:
        assert connection is self
        self.asked.append((vm, seconds))
        if self.agent is None:
            raise VmrtError("it does not answer")
        return self.agent(command, arguments)


@pytest.fixture
def guest() -> Guest:
    return Guest()


@pytest.fixture
def connection(guest: Guest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(guest_agent, "connect", guest.connect)
    monkeypatch.setattr(guest_agent, "call_agent", guest.call)
    made = guest_agent.Connection(PlayContext(), None)
    declared = yaml.safe_load(guest_agent.DOCUMENTATION)["options"]
    made._options = {name: option["default"] for name, option in declared.items()}
    made._options |= {"vm": "web1", "uri": "fake:///system"}
    return made


def test_a_command_runs_in_the_shell_of_the_guest(connection: Any, guest: Guest):
    guest.agent.outputs["/bin/sh"] = (3, b"out\xff", b"err")
    assert connection.exec_command("echo $HOME", in_data=b"in") == (3, b"out\xff", b"err")
    (ran,) = guest.agent.ran
    assert ran["arg"] == ["-c", "echo $HOME"]
    assert "HOME=/root" in ran["env"]
    assert {vm for vm, _seconds in guest.asked} == {"web1"}
    assert guest.opened == ["fake:///system"]


def test_a_host_may_have_another_name_and_patience(connection: Any, guest: Guest):
    connection._options |= {"vm": "other", "answer_timeout": 7}
    guest.agent.outputs["/bin/sh"] = (0, b"", b"")
    connection.exec_command("true")
    assert set(guest.asked) == {("other", 7)}


def test_files_come_and_go_as_they_are(connection: Any, guest: Guest, tmp_path: Path):
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(CONTENT)
    connection.put_file(str(source), "/put")
    assert guest.agent.files["/put"] == CONTENT
    connection.fetch_file("/put", str(back))
    assert back.read_bytes() == CONTENT
    with pytest.raises(AnsibleFileNotFound):
        connection.put_file(str(tmp_path / "none"), "/put")
    with pytest.raises(AnsibleError, match="in the guest of 'web1'"):
        connection.fetch_file("/none", str(back))


def test_a_guest_that_does_not_answer_can_not_be_reached(connection: Any, guest: Guest):
    guest.agent = None
    with pytest.raises(AnsibleConnectionFailure) as error:
        connection.exec_command("true")
    assert "guest agent of 'web1' through 'fake:///system': it does not answer" in str(error.value)


def test_a_command_that_does_not_end_is_an_error(connection: Any, guest: Guest):
    guest.agent.outputs["/bin/sh"] = None
    connection._options["command_timeout"] = 0
    with pytest.raises(AnsibleError, match="did not end within 0 s"):
        connection.exec_command("sleep 9")


def test_a_reset_opens_the_connection_anew(connection: Any, guest: Guest):
    guest.agent.outputs["/bin/sh"] = (0, b"", b"")
    connection.exec_command("true")
    connection.reset()
    assert guest.opened == []
    connection.exec_command("true")
    assert len(guest.opened) == 1
