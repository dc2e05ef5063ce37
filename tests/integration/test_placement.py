# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that name no node, on three nodes.

The tests build on each other in their order.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

VMS = [f"pl{number}" for number in range(1, 7)]
JUMP = "{{ hostvars | vmrt.libvirt.ssh_jump(vmrt_node | default('')) }}"
FLEET: dict[str, Any] = {
    "vmrt_nodes": {
        "vars": {
            "vmrt_pools": [{"name": "placed", "target": "/srv/placed"}],
            "vmrt_networks": [{"name": "placed", "mode": "isolated"}],
        },
        "hosts": {
            "node1": {"vmrt_hosting": {"labels": {"zone": "a"}}},
            "node3": {"vmrt_hosting": {"taints": [{"key": "own"}]}},
        },
    },
    "vmrt_vms": {
        "vars": {
            "vmrt_hypervisor": "qemu",
            "vmrt_memory": "64MiB",
            "vmrt_disks": [{"name": "root", "pool": "placed", "size": "16MiB"}],
            "vmrt_nics": [{"name": "lan", "network": "placed"}],
            "ansible_ssh_common_args": JUMP,
        },
    },
}
SPREAD = {"pl1": "node1", "pl2": "node2", "pl3": "node1", "pl4": "node2", "pl5": "node1"}
Play = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def play(nodes: Any, tmp_path: Path) -> Play:
    """Run a playbook for a fleet of these vms: by itself the role alone, and not all of site."""
    role = tmp_path / "role.yml"
    tasks = [{"ansible.builtin.import_role": {"name": "vmrt.libvirt.fleet"}}]
    hosts = "vmrt_nodes:vmrt_vms"
    role.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}]))

    def play(
        vms: dict[str, dict[str, Any]], *arguments: str, book: str = str(role), ok: bool = True
    ) -> subprocess.CompletedProcess[str]:
        fleet = {**FLEET, "vmrt_vms": {**FLEET["vmrt_vms"], "hosts": vms}}
        inventory = tmp_path / "fleet.yml"
        inventory.write_text(json.dumps(fleet))
        run = nodes.ansible_playbook(*("-i", str(inventory), book, *arguments), check=False)
        assert (run.returncode == 0) == ok, run.stdout + run.stderr
        return run

    return play


def where(nodes: Any) -> dict[str, str]:
    """The node of each vm, as libvirt knows it."""
    return {
        name: node.name
        for node in nodes.nodes
        for name in node.virsh("list", "--all", "--name").stdout.split()
    }


def six(**more: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {**{name: {} for name in VMS}, **more}


def row(text: str, vm: str, node: str) -> bool:
    """Is there a line that says so in the table?"""
    return any(line.split()[:2] == [vm, node] for line in text.splitlines())


def test_six_vms_are_spread_over_the_nodes_without_a_taint(nodes: Any, play: Play) -> None:
    predicted = play(six(), "--check", "-e", "fleet_explain=true").stdout
    assert where(nodes) == {}
    done = play(six(), "-e", "explain=true", book="vmrt.libvirt.site").stdout
    homes = where(nodes)
    assert homes == {**SPREAD, "pl6": "node2"}
    for told in (predicted, done):
        assert all(row(told, vm, node) for vm, node in homes.items()), told
        assert "node3   -        it is tainted with own, which the vm does not tolerate" in told


def test_they_stay_where_they_are(nodes: Any, play: Play) -> None:
    before = where(nodes)
    again = play(six()).stdout
    assert where(nodes) == before
    assert again.count("changed=0 ") == 9, again


def test_a_seventh_moves_none_and_one_that_fits_nowhere_hears_why(nodes: Any, play: Play) -> None:
    before = where(nodes)
    own = {"tolerations": [{"key": "own"}], "anti_affinity": [{"groups": ["vmrt_vms"]}]}
    more = {
        "pl7": {"vmrt_placement": own},
        "pl8": {"vmrt_memory": "8TiB"},
        "pl9": {"vmrt_placement": {"node_selector": {"zone": "a"}}, "vmrt_state": "absent"},
    }
    run = play(six(**more), ok=False)
    assert where(nodes) == {**before, "pl7": "node3"}
    told = " ".join(run.stdout.split())
    assert "vmrt_placement: no node can take pl8. node1: of " in told
    assert "and 8TiB needed. node3: it is tainted with own" in told
    assert "failed=1" in next(line for line in run.stdout.splitlines() if line.startswith("pl8"))
    # A limit to one vm counts what the others take, and asks all nodes.
    apart = {"anti_affinity": [{"vms": ["pl1", "pl2"]}], "tolerations": [{"key": "own"}]}
    play(six(pl7=more["pl7"], plx={"vmrt_placement": apart}), "--limit", "plx", ok=False)
    assert where(nodes) == {**before, "pl7": "node3"}


def test_vms_are_found_by_the_other_playbooks(nodes: Any, play: Play) -> None:
    before = where(nodes)
    shown = play(six(pl9={}), "-e", "wide=true", book="vmrt.libvirt.status").stdout
    for name in VMS:
        assert f"{name}    Stopped   0" in shown
        assert before[name] in next(line for line in shown.splitlines() if f" {name} " in line)
    assert "pl9    Absent" in shown
    play(six(pl9={}), "--limit", "pl6:pl9", "-e", "delete_disks=true", book="vmrt.libvirt.teardown")
    assert where(nodes) == {name: node for name, node in before.items() if name != "pl6"}


def test_nothing_is_made_twice(nodes: Any, play: Play) -> None:
    """A vm on two nodes, and one that may be on a node that is away."""
    _one, two, three = nodes.nodes
    before = where(nodes)
    xml = nodes.nodes[0].virsh("dumpxml", "pl1").stdout
    two.ssh(f"virsh -q define /dev/stdin <<'END'\n{xml}\nEND")
    run = play(six(), "--limit", "pl1", ok=False)
    assert "vmrt_node: pl1 is on node1 and on node2." in " ".join(run.stdout.split())
    two.virsh("undefine", "pl1")

    three.ssh("systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd")
    run = play(six(), "--limit", "pl1:pl6", ok=False)
    told = " ".join(run.stdout.split())
    assert "pl6 is on none of the nodes that answer, and may be on one that does not" in told
    assert where_of(nodes, "pl6") == []
    play(six(), "--limit", "pl6", "-e", "fleet_lost_nodes=node3")
    three.ssh("systemctl start libvirtd.socket libvirtd")
    assert where(nodes) == {**before, "pl6": "node2"}


def where_of(nodes: Any, vm: str) -> list[str]:
    """On which of the first two nodes a vm is."""
    return [
        node.name
        for node in nodes.nodes[:2]
        if vm in node.virsh("list", "--all", "--name").stdout.split()
    ]
