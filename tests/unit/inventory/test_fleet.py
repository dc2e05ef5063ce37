# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin, on nodes in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader
from ansible.template import Templar
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.vmrt.libvirt.plugins.inventory import fleet
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.resource import (
    NETWORK_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.survey import survey
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.side_by_side import Answer
from tests.unit.support import converge, play

MAC, OTHER = "52:54:00:00:00:0a", "52:54:00:00:00:0b"
HOSTILE = "{{ lookup('pipe', 'touch /tmp/owned') }}"


def a_plugin() -> fleet.InventoryModule:
    """The plugin with its options, as Ansible's loader makes it."""
    name = fleet.InventoryModule.NAME
    options = get_docstring(fleet.__file__, fragment_loader)[0]["options"]
    constants.config.initialize_plugin_configuration_definitions("inventory", name, options)
    made = fleet.InventoryModule()
    made._load_name = made.ansible_name = name
    made._redirected_names = [name]
    return made


def node() -> FakeNode:
    """A node with the network net-a, which gives one address to one interface."""
    made = play.node()
    hosts = [{"mac": MAC, "name": "web1", "ip": "192.0.2.21"}]
    ranges = [{"start": "192.0.2.100", "end": "192.0.2.200"}]
    address = {"address": "192.0.2.1", "prefix": 24, "dhcp": {"ranges": ranges, "hosts": hosts}}
    options = {"name": "net-a", "state": "active", "addresses": [address]}
    converge.run(made, NETWORK_RESOURCE, **options)
    return made


def vm(made: FakeNode, name: str, mac: str | None = None, **options: Any) -> None:
    nics = [{"name": "lan", "network": "net-a", **({"mac": mac} if mac else {})}]
    play.converge(made, **{"name": name, "state": "running", "nics": nics, **options})


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., InventoryManager]:
    """Reads nodes in memory by their names, beside what is declared; a text is why one is away."""

    def run(
        nodes: dict[str, Any],
        declared: str = "",
        listens: tuple[str, ...] = (),
        uri: str = "qemu+ssh://root@{}.example.com:2222/system",
        **options: Any,
    ) -> InventoryManager:
        def ask_each(_ask: Any, questions: Any, _seconds: float, _at_once: int) -> Any:
            told: dict[str, Answer] = {}
            for name in questions:
                if isinstance(nodes[name], str):
                    told[name] = Answer(trouble=nodes[name])
                    continue
                found = survey(FakeObserver(nodes[name]))
                for one in found["vms"]:
                    one["agent"] = one["name"] in listens
                    one["addresses"] += nodes[name].agents.get(one["name"], [])
                # It comes from another process.
                told[name] = Answer(json.loads(json.dumps(found)))
            return told

        file = tmp_path / "fleet.vmrt.yml"
        uris = {name: uri.format(name) for name in nodes}
        file.write_text(
            yaml.safe_dump({"plugin": "vmrt.libvirt.fleet", "nodes": uris, **options}), "utf-8"
        )
        (tmp_path / "declared.yml").write_text(declared, "utf-8")
        plugin = a_plugin()
        monkeypatch.setattr(fleet, "ask_each", ask_each)
        loader = DataLoader()
        sources = [str(tmp_path / "declared.yml")] if declared else []
        manager = InventoryManager(loader, sources)
        assert plugin.verify_file(str(file))
        plugin.parse(manager._inventory, loader, str(file), cache=False)
        manager._inventory.reconcile_inventory()
        return manager

    return run


def variables(manager: InventoryManager, host: str) -> dict[str, Any]:
    return dict(manager.get_host(host).vars)


def groups(manager: InventoryManager, host: str) -> set[str]:
    return {group.name for group in manager.get_host(host).get_groups()} - {"all"}


def test_a_vm_has_its_options_and_its_groups(read: Any) -> None:
    made = node()
    vm(made, "web1", MAC, labels={"tier": "front end"}, memory="2GiB")
    vm(made, "off1", state="stopped", nics=[])
    found = read({"node1": made})
    told = variables(found, "web1")
    assert told["vmrt_memory"] == "2GiB"
    assert told["vmrt_node"] == "node1"
    assert told["vmrt_nics"][0]["mac"] == MAC
    assert {name for name in told if name.startswith("vmrt_")} <= {
        f"vmrt_{name}" for name in (*(one.name for one in VM.fields), "node")
    }
    assert "<domain" not in json.dumps(told)
    assert groups(found, "web1") == {
        "vmrt_undeclared",
        "vmrt_state_running",
        "vmrt_node_node1",
        "vmrt_network_net_a",
        "vmrt_label_tier_front_end",
    }
    assert groups(found, "off1") == {"vmrt_undeclared", "vmrt_state_stopped", "vmrt_node_node1"}


def test_which_groups_there_are_can_be_chosen(read: Any) -> None:
    made = node()
    vm(made, "web1")
    found = read(
        {"node1": made},
        group_by=["state"],
        groups={"small": "vmrt_vcpus <= 1"},
        keyed_groups=[{"prefix": "on", "key": "vmrt_node"}],
        compose={"where": "vmrt_node ~ '!'"},
    )
    assert groups(found, "web1") == {
        "vmrt_undeclared", "vmrt_state_running", "small", "on_node1",
    }  # fmt: skip
    assert variables(found, "web1")["where"] == "node1!"


def test_secrets_are_left_out(read: Any) -> None:
    made = node()
    vm(made, "web1", graphics=[{"type": "vnc", "password": "pAssw0rd"}])
    assert "pAssw0rd" in play.tree.render(play.config(made))
    assert "pAssw0rd" not in json.dumps(variables(read({"node1": made}), "web1"))


def test_a_node_that_is_away_is_a_warning_or_an_error(
    read: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    made = node()
    vm(made, "web1")
    nodes = {"node1": made, "node2": "no route"}
    assert "web1" in read(nodes).hosts
    told = " ".join(capsys.readouterr().err.split())
    assert "A node is away" in told
    assert "node2: no route" in told
    with pytest.raises(AnsibleParserError, match="Not all nodes can be read: node2: no route"):
        read(nodes, strict=True)


def test_addresses_static_then_leased_then_told(read: Any) -> None:
    made = node()
    vm(made, "web1", MAC)
    vm(made, "web2", OTHER)
    vm(made, "web3")
    vm(made, "web4")
    made.leases.update({MAC: "192.0.2.150", OTHER: "192.0.2.151"})
    made.agents["web2"] = [{"address": "192.0.2.99", "network": "net-a", "source": "agent"}]
    made.agents["web3"] = [
        {"address": "2001:db8::7", "network": "net-a", "source": "agent"},
        {"address": "192.0.2.98", "network": "net-a", "source": "agent"},
    ]
    found = read({"node1": made})
    addresses = {
        name: variables(found, name).get("ansible_host")
        for name in ("web1", "web2", "web3", "web4")
    }
    assert addresses == {
        "web1": "192.0.2.21",
        "web2": "192.0.2.151",
        "web3": "192.0.2.98",
        "web4": None,
    }


@pytest.mark.parametrize(
    "claim",
    [
        *(HOSTILE, "-oProxyCommand=sh", "$(reboot)", "web1; id", "", "127.0.0.1", "fe80::1%eth0"),
        *("169.254.169.254", "0.0.0.0", "224.0.0.1", "::1", "192.0.2.1/24", "0x7f000001"),
        # What the node itself, and another vm, have.
        *("192.0.2.1", "192.0.2.21"),
    ],
)
def test_what_an_agent_claims_is_no_address_until_it_is_one(read: Any, claim: str) -> None:
    made = node()
    vm(made, "web1", MAC)
    vm(made, "web2")
    made.agents["web2"] = [{"address": claim, "network": "net-a", "source": "agent"}]
    assert "ansible_host" not in variables(read({"node1": made}), "web2")


def test_text_of_a_vm_is_never_a_template(read: Any) -> None:
    """Neither what has Ansible's marks, nor what brings marks of its own."""
    header = "#jinja2: variable_start_string:'[['\n[[ lookup('pipe', 'id') ]]"
    made = node()
    vm(made, "web1", title=HOSTILE, description=header, labels={"a": HOSTILE})
    told = variables(read({"node1": made}), "web1")
    templar = Templar(loader=DataLoader(), variables=told)
    for name, text in (("vmrt_title", HOSTILE), ("vmrt_description", header)):
        assert told[name] == text
        assert templar.template(told[name]) == text
    assert templar.template(told["vmrt_labels"]) == {"a": HOSTILE}


def test_groups_never_have_odd_names(read: Any) -> None:
    made = node()
    vm(made, "web1", labels={"a": HOSTILE})
    found = read({"node1": made})
    assert all(group.replace("_", "").isalnum() for group in found.groups)


def test_a_guest_behind_its_node_is_reached_through_it(read: Any) -> None:
    made = node()
    vm(made, "web1", MAC)
    jump = variables(read({"node1": made}), "web1")["ansible_ssh_common_args"]
    assert "[%h]:%p" in jump
    assert "-p 2222 -l root node1.example.com" in jump
    here = variables(read({"node1": made}, uri="qemu:///system"), "web1")
    assert here["ansible_host"] == "192.0.2.21"
    assert "ansible_ssh_common_args" not in here


def test_a_node_of_the_inventory_is_reached_with_its_own_variables(read: Any) -> None:
    made = node()
    vm(made, "web1", MAC)
    declared = "vmrt_nodes: {hosts: {node1: {ansible_user: admin}}}"
    told = variables(read({"node1": made}, declared), "web1")
    assert told["ansible_ssh_common_args"] == "{{ hostvars | vmrt.libvirt.ssh_jump(vmrt_node) }}"


def test_a_guest_without_an_address_is_reached_through_its_agent(read: Any) -> None:
    made = node()
    vm(made, "web1", nics=[])
    vm(made, "web2", nics=[])
    found = read({"node1": made}, listens=("web1",))
    told = variables(found, "web1")
    assert told["ansible_connection"] == "vmrt.libvirt.guest_agent"
    assert told["ansible_guest_agent_vm"] == "web1"
    assert told["ansible_guest_agent_uri"] == "qemu+ssh://root@node1.example.com:2222/system"
    assert not any(name.startswith("ansible_") for name in variables(found, "web2"))
    nothing = variables(read({"node1": made}, listens=("web1",), reach="none"), "web1")
    assert not any(name.startswith("ansible_") for name in nothing)


DECLARED = """
vmrt_nodes: {hosts: {node1: }}
vmrt_vms:
  hosts:
    web1: {vmrt_memory: 8GiB}
    db: {vmrt_name: db1}
    later1:
"""


def test_what_is_declared_stands(read: Any) -> None:
    made = node()
    for name in ("web1", "db1", "old1"):
        vm(made, name)
    found = read({"node1": made}, DECLARED)
    told = variables(found, "web1")
    assert told["vmrt_memory"] == "8GiB"
    assert told["vmrt_real"]["memory"] == "1GiB"
    assert told["vmrt_real"]["node"] == "node1"
    assert {"vmrt_vms", "vmrt_state_running", "vmrt_node_node1"} <= groups(found, "web1")
    assert variables(found, "db")["vmrt_real"]["name"] == "db1"
    assert "db1" not in found.hosts
    assert "vmrt_real" not in variables(found, "later1")
    undeclared = {host.name for host in found.groups["vmrt_undeclared"].get_hosts()}
    assert undeclared == {"old1"}


def test_a_vm_never_takes_the_name_of_something_else(
    read: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    made = node()
    for name in ("node1", "localhost", "vmrt_vms", "web1"):
        vm(made, name, MAC if name == "node1" else None)
    found = read({"node1": made}, DECLARED)
    assert "ansible_host" not in variables(found, "node1")
    assert "localhost" not in found.hosts
    assert "the vm node1 is left out" in " ".join(capsys.readouterr().err.split())


def test_one_name_on_two_nodes(read: Any, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = node(), node()
    vm(first, "web1", state="stopped")
    vm(second, "web1")
    found = read({"node1": first, "node2": second})
    assert variables(found, "web1")["vmrt_node"] == "node2"
    assert variables(found, "web1.node1")["vmrt_node"] == "node1"
    assert "web1 is on node2 and on node1" in " ".join(capsys.readouterr().err.split())


def test_a_uri_may_be_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_TEST", "qemu+ssh://away.example.com/system")
    asked: list[str] = []

    def ask_each(_ask: Any, uris: dict[str, str], *_rest: Any) -> dict[str, Answer]:
        asked.extend(uris.values())
        return {}

    monkeypatch.setattr(fleet, "ask_each", ask_each)
    nodes = {"node1": "{{ lookup('env', 'OF_THE_TEST') }}"}
    file = tmp_path / "vmrt.yml"
    file.write_text(yaml.safe_dump({"plugin": "vmrt.libvirt.fleet", "nodes": nodes}), "utf-8")
    a_plugin().parse(InventoryManager(DataLoader(), [])._inventory, DataLoader(), str(file))
    assert asked == ["qemu+ssh://away.example.com/system"]


@pytest.mark.parametrize(
    ("nodes", "option"),
    [
        ({}, "nodes: names no node"),
        ("node1", "nodes: is neither"),
        (["node1"], "nodes: 'node1' is no dictionary"),
        ([{"uri": "qemu:///system"}], "nodes: has no name"),
        ({"node1": {"url": "x:y"}}, "nodes[node1].url: a node has no 'url'"),
        ({"node1": "node1"}, "nodes[node1].uri: 'node1' is no URI"),
        ({"node1": {"uri": "qemu:///system", "jump": "x:y"}}, "nodes[node1].jump: "),
        ([{"name": "a", "uri": "x:y"}, {"name": "a", "uri": "x:y"}], "nodes[a]: is given twice"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, nodes: Any, option: str) -> None:
    file = tmp_path / "vmrt.yml"
    file.write_text(yaml.safe_dump({"plugin": "vmrt.libvirt.fleet", "nodes": nodes}), "utf-8")
    plugin = a_plugin()
    manager = InventoryManager(DataLoader(), [])
    with pytest.raises(AnsibleError) as error:
        plugin.parse(manager._inventory, DataLoader(), str(file))
    assert option in str(error.value)


def test_only_files_that_say_so_are_read(tmp_path: Path) -> None:
    plugin = a_plugin()
    for name, taken in (("a.vmrt.yml", True), ("libvirt.yaml", True), ("hosts.yml", False)):
        file = tmp_path / name
        file.write_text("plugin: vmrt.libvirt.fleet\n", "utf-8")
        assert plugin.verify_file(str(file)) is taken
