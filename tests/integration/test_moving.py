# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes that are drained, balanced and upgraded: three of them, with small vms.

The tests build on each other in their order.
"""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROLES = {
    "peers": ("vmrt.libvirt.node", "peers", "vmrt_nodes"),
    "fleet": ("vmrt.libvirt.fleet", "main", "vmrt_nodes:vmrt_vms"),
}
CORDONED = {"vmrt_cordoned": True}
VMS: dict[str, dict[str, Any]] = {
    "mv-own": {"vmrt_node": "node1"},
    "mv-a": {"vmrt_state": "running"},
    "mv-b": {"vmrt_placement": {"anti_affinity": [{"vms": ["mv-a"], "required": False}]}},
}
MORE = {**VMS, "mv-c": {}, "mv-d": {}}
Play = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def play(nodes: Any, tmp_path: Path) -> Play:
    """Run a playbook, or a part of a role, with some nodes cordoned."""
    roles = {}
    for name, (role, part, hosts) in ROLES.items():
        tasks = [{"ansible.builtin.import_role": {"name": role, "tasks_from": part}}]
        roles[name] = tmp_path / f"role_{name}.yml"
        roles[name].write_text(
            json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": tasks}])
        )

    def play(
        book: str,
        *arguments: str,
        cordoned: tuple[str, ...] = (),
        vms: dict[str, dict[str, Any]] | None = None,
        ok: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        fleet = {
            "vmrt_nodes": {
                "vars": {"vmrt_pools": [{"name": "moving", "target": "/srv/moving"}]},
                "hosts": dict.fromkeys(cordoned, CORDONED),
            },
            "vmrt_vms": {
                "vars": {
                    "vmrt_hypervisor": "qemu",
                    "vmrt_memory": "64MiB",
                    "vmrt_disks": [{"name": "root", "pool": "moving", "size": "16MiB"}],
                },
                "hosts": VMS if vms is None else vms,
            },
        }
        inventory = tmp_path / "fleet.yml"
        inventory.write_text(json.dumps(fleet))
        name = str(roles[book]) if book in roles else f"vmrt.libvirt.{book}"
        run = nodes.ansible_playbook(*("-i", str(inventory), name, *arguments), check=False)
        assert (run.returncode == 0) == ok, run.stdout + run.stderr
        return run

    return play


def where(nodes: Any) -> dict[str, list[str]]:
    """The nodes of each vm, as libvirt knows them."""
    found: dict[str, list[str]] = {}
    for node in nodes.nodes:
        for name in node.virsh("list", "--all", "--name").stdout.split():
            found.setdefault(name, []).append(node.name)
    return found


def told(run: subprocess.CompletedProcess[str]) -> list[tuple[str, str, str]]:
    """The rows of the table of moves: vm, source, target."""
    rows = re.findall(r"^[ \"]*(mv-\w+) +(node\d) +(node\d|-) ", run.stdout, re.MULTILINE)
    return sorted(rows)


def changes(run: subprocess.CompletedProcess[str]) -> int:
    return sum(map(int, re.findall(r"changed=(\d+)", run.stdout)))


@contextmanager
def power_for(node: Any) -> Iterator[None]:
    """Whoever runs a lab has to start a node again that reboots: its machine ends instead."""
    over = threading.Event()

    def wait() -> None:
        while not over.is_set() and node.definition.running():
            time.sleep(0.5)
        if not over.is_set():
            node.end()
            node.boot()

    waiting = threading.Thread(target=wait)
    waiting.start()
    try:
        yield
    finally:
        over.set()
        waiting.join()


def test_nodes_let_each_other_in(nodes: Any, play: Play) -> None:
    two = nodes.nodes[1]
    there = f"virsh -c qemu+ssh://root@{two.address}/system?no_tty=1 hostname"
    for node in nodes.nodes:
        node.ssh("rm -f /root/.ssh/known_hosts /root/.ssh/id_*")
    assert nodes.nodes[0].ssh(there, check=False).returncode
    play("peers")
    assert nodes.nodes[0].ssh(there).stdout.strip() == "node2"
    assert changes(play("peers")) == 0


def test_a_node_is_drained(nodes: Any, play: Play) -> None:
    home = {name: ["node1"] for name in VMS}
    play("fleet", cordoned=("node2", "node3"))
    assert where(nodes) == home
    drain = ("-e", "node=node1", "-e", "delete_disks=true")

    predicted = play("drain", *drain, "--check", cordoned=("node1",), ok=False)
    assert where(nodes) == home
    run = play("drain", *drain, cordoned=("node1",), ok=False)
    assert told(predicted) == told(run)
    homes = where(nodes)
    assert homes == {"mv-own": ["node1"], "mv-a": homes["mv-a"], "mv-b": homes["mv-b"]}
    assert sorted((*homes["mv-a"], *homes["mv-b"])) == ["node2", "node3"]
    assert sorted((vm, node) for vm, _from, node in told(run) if node != "-") == [
        *(("mv-a", *homes["mv-a"]), ("mv-b", *homes["mv-b"]))
    ]
    assert changes(predicted) == changes(run) == 2
    for one in (predicted, run):
        said = " ".join(one.stdout.split())
        assert "mv-own stays on node1: its vmrt_node says that it belongs there." in said
    states = {
        node.name: node.virsh("list", "--state-running", "--name").stdout.split()
        for node in nodes.nodes
    }
    assert states.pop(*homes["mv-a"]) == ["mv-a"], "it was moved while it ran"
    assert list(states.values()) == [[], []]
    assert nodes.nodes[0].ssh("ls /srv/moving").stdout.split() == ["mv-own-root.qcow2"]

    again = play("drain", *drain, "-e", "leave=true", cordoned=("node1",))
    assert (changes(again), where(nodes)) == (0, homes)


def test_a_cordoned_node_gets_no_vm_and_none_goes_back(nodes: Any, play: Play) -> None:
    before = where(nodes)
    play("fleet", cordoned=("node1",), vms=MORE)
    after = where(nodes)
    assert {name: after[name] for name in before} == before
    assert sorted((*after["mv-c"], *after["mv-d"])) == ["node2", "node3"]


def test_nodes_are_balanced_on_request(nodes: Any, play: Play) -> None:
    before = where(nodes)
    leaving = sorted(name for name, homes in before.items() if homes == ["node2"])
    assert leaving
    balance = {"cordoned": ("node2",), "vms": MORE}
    plan = play("rebalance", **balance)
    moves = told(plan)
    assert [vm for vm, _from, _to in moves] == leaving
    assert "can not stay: it is cordoned" in plan.stdout
    assert "With -e apply=true these moves are made." in " ".join(plan.stdout.split())
    assert (where(nodes), changes(plan)) == (before, 0)

    done = play("rebalance", "-e", "apply=true", "-e", "delete_disks=true", **balance)
    assert (told(done), changes(done)) == (moves, len(moves))
    assert where(nodes) == {**before, **{vm: [target] for vm, _from, target in moves}}
    # The empty node attracts, once it may.
    plan = play("rebalance", "-e", "gain=0.1", vms=MORE)
    assert {target for _vm, _from, target in told(plan)} == {"node2"}
    assert "is better there by" in plan.stdout


def test_a_node_is_upgraded(nodes: Any, play: Play, tmp_path: Path) -> None:
    update = tmp_path / "update.yml"
    update.write_text(json.dumps([{"ansible.builtin.command": {"cmd": "touch /srv/updated"}}]))
    _one, two, three = nodes.nodes
    started = "cat /proc/sys/kernel/random/boot_id"
    boot = three.ssh(started).stdout
    upgrade = ("-e", f"update_tasks={update}", "-e", "delete_disks=true")
    with power_for(three):
        play("upgrade", "--limit", "node3", *upgrade, vms=MORE)
    assert three.ssh(started).stdout != boot, "it was rebooted"
    three.ssh("test -e /srv/updated")
    after = where(nodes)
    assert {name: len(homes) for name, homes in after.items()} == dict.fromkeys(MORE, 1)
    assert ["node3"] not in after.values()

    # One can not leave the first node, so it is not touched, and the others are not begun with.
    stopped = play("upgrade", *upgrade, vms=MORE, ok=False)
    assert "mv-own stays on node1" in " ".join(stopped.stdout.split())
    assert where(nodes)["mv-own"] == ["node1"]
    assert two.ssh("test -e /srv/updated", check=False).returncode == 1
