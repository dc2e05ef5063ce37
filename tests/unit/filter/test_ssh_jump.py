# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to a guest through its node."""

from __future__ import annotations

import shlex

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.filter.ssh_jump import ssh_jump


def inner(node: dict[str, object]) -> list[str]:
    """The words of the ssh that reaches the node."""
    option, proxy = shlex.split(ssh_jump({"node1": node}, "node1"))
    assert option == "-o"
    name, _equals, command = proxy.partition("=")
    assert name == "ProxyCommand"
    return shlex.split(command)


def test_a_node_is_reached_as_ansible_reaches_it() -> None:
    node = {
        "inventory_hostname": "node1",
        "ansible_host": "192.0.2.1",
        "ansible_user": "admin",
        "ansible_port": 2222,
        "ansible_ssh_private_key_file": "/keys/a key",
        "ansible_ssh_common_args": "-o 'UserKnownHostsFile=/a b' -o ControlPath=/run/%C",
    }
    assert inner(node) == [
        *("ssh", "-W", "[%h]:%p", "-o", "BatchMode=yes", "-i", "/keys/a key", "-p", "2222"),
        # Doubled for the outer ssh, which takes one of them away.
        *("-l", "admin", "-o", "UserKnownHostsFile=/a b", "-o", "ControlPath=/run/%%C"),
        "192.0.2.1",
    ]


def test_a_node_without_variables_is_reached_by_its_name() -> None:
    assert inner({"inventory_hostname": "node1"})[-1] == "node1"


@pytest.mark.parametrize(
    "connection", ["local", "ansible.builtin.local", "community.docker.docker"]
)
def test_a_node_without_ssh_needs_no_jump(connection: str) -> None:
    node = {"inventory_hostname": "node1", "ansible_connection": connection}
    assert ssh_jump({"node1": node}, "node1") == ""


def test_a_vm_on_no_node_is_reached_through_none() -> None:
    assert ssh_jump({"node1": {}}, "") == ""


def test_a_node_that_is_not_there_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="vmrt_node: there is no host 'node7'"):
        ssh_jump({"node1": {}}, "node7")
