# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sixty vms on three nodes: brought up, limited, drained, on a node that is lost, by two at once.

The tests build on each other in their order.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

WEB = [f"nw{number:02}" for number in range(1, 13)]
DB = [f"nd{number:02}" for number in range(1, 49)]
VMS = [*WEB, *DB]
# Where those live that name their node; one is found for the others.
HOME = {name: f"node{number % 3 + 1}" for number, name in enumerate(DB)}
# All that libvirt has of a vm but the time that it took, from one virsh.
PICTURE = r"""
commands=$(for name in $(virsh -q list --all --name | sort); do
  echo "echo == $name :; dominfo $name; dumpxml $name; dumpxml --inactive $name;"
done)
test -z "$commands" || virsh -q "$commands" | grep -v '^CPU time'
"""
Run = subprocess.CompletedProcess[str]


def fleet(pinned: bool = True, **vms: dict[str, Any]) -> dict[str, Any]:
    """The inventory, with variables of some of its vms."""
    hosts = {
        "web": {name: vms.get(name, {}) for name in WEB},
        "db": {
            name: {**({"vmrt_node": HOME[name]} if pinned else {}), **vms.get(name, {})}
            for name in DB
        },
    }
    return {
        "vmrt_nodes": {
            "hosts": {
                f"node{number}": {
                    "vmrt_hosting": {"cpu_overcommit": 100, "labels": {"number": str(number)}}
                }
                for number in (1, 2, 3)
            },
            "vars": {
                "vmrt_pools": [{"name": "nodes", "target": "/srv/nodes"}],
                "vmrt_networks": [{"name": "nodes", "mode": "isolated"}],
            },
        },
        "vmrt_vms": {
            "vars": {
                "vmrt_hypervisor": "qemu",
                "vmrt_memory": "32MiB",
                "vmrt_disks": [{"name": "root", "pool": "nodes", "size": "16MiB"}],
                "vmrt_nics": [{"name": "lan", "network": "nodes"}],
                "vmrt_stop_timeout": 1,
                "vmrt_force": True,
            },
            "children": {
                "web": {"hosts": hosts["web"], "vars": {"vmrt_state": "paused"}},
                "db": {"hosts": hosts["db"]},
            },
        },
    }


@pytest.fixture
def site(nodes: Any, tmp_path: Path) -> Callable[..., Run]:
    """Run site on the inventory, with the options of ansible-playbook and variables of vms."""

    def site(
        *arguments: str,
        name: str = "fleet",
        playbook: str = "vmrt.libvirt.site",
        pinned: bool = True,
        **vms: dict[str, Any],
    ) -> Run:
        file = tmp_path / f"{name}.yml"
        file.write_text(json.dumps(fleet(pinned, **vms)))
        command = ("-i", str(file), playbook, "--forks", "10", *arguments)
        done: Run = nodes.ansible_playbook(*command, check=False)
        return done

    return site


def recap(run: Run) -> dict[str, dict[str, int]]:
    """How many tasks had which end on each host."""
    counts = re.findall(r"^(\w+) +: (ok=.*)$", run.stdout, re.MULTILINE)
    assert counts, run.stdout + run.stderr
    return {
        host: {word: int(count) for word, count in re.findall(r"(\w+)=(\d+)", told)}
        for host, told in counts
    }


def hosts_with(run: Run, word: str) -> set[str]:
    return {host for host, counts in recap(run).items() if counts[word]}


def pictures(nodes: Any) -> dict[str, str]:
    """All that the nodes have of each vm; no vm is there twice."""
    told: dict[str, str] = {}
    for node in nodes.nodes:
        for part in node.ssh(PICTURE).stdout.split("== ")[1:]:
            name, _colon, text = part.partition(" :")
            assert name not in told
            told[name] = f"{node.name}\n{text}"
    return told


def node_of(picture: str) -> str:
    return picture.partition("\n")[0]


def differing(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def test_sixty_vms_are_brought_up(nodes: Any, site: Callable[..., Run]) -> None:
    first = site()
    assert first.returncode == 0, first.stdout + first.stderr
    made = pictures(nodes)
    assert set(made) == set(VMS)
    assert Counter(map(node_of, made.values())) == {"node1": 20, "node2": 20, "node3": 20}
    assert {name for name, text in made.items() if "paused" in text} == set(WEB)
    second = site()
    assert second.returncode == 0, second.stdout
    assert not hosts_with(second, "changed")
    assert not differing(made, pictures(nodes))


@pytest.mark.parametrize("limit", ["nd07", "node2", "web"])
def test_a_limit_touches_nothing_else(nodes: Any, site: Callable[..., Run], limit: str) -> None:
    before = pictures(nodes)
    more = {name: {"vmrt_vcpus": 2, "vmrt_title": limit} for name in VMS}
    run = site("--limit", limit, **more)
    assert run.returncode == 0, run.stdout
    within = {"nd07": {"nd07"}, "node2": set(), "web": set(WEB)}[limit]
    assert differing(before, pictures(nodes)) == within
    assert set(recap(run)) - {"localhost"} == (within or {"node2"})


def test_a_few_at_a_time(nodes: Any, site: Callable[..., Run], tmp_path: Path) -> None:
    role = {"ansible.builtin.import_role": {"name": "vmrt.libvirt.fleet"}, "throttle": 1}
    file = tmp_path / "play.yml"
    file.write_text(
        json.dumps([{"hosts": "web", "gather_facts": False, "serial": 5, "tasks": [role]}])
    )
    before = pictures(nodes)
    run = site(playbook=str(file), **{name: {"vmrt_title": "few"} for name in VMS})
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("PLAY [web]") == 3
    assert hosts_with(run, "changed") == set(WEB)
    assert differing(before, pictures(nodes)) == set(WEB)


def test_a_node_is_lost_and_comes_back(nodes: Any, site: Callable[..., Run]) -> None:
    before = pictures(nodes)
    third = {name for name, text in before.items() if node_of(text) == "node3"}
    wish = {name: {"vmrt_title": "after"} for name in VMS}
    nodes.nodes[2].end()
    run = site(**wish)
    # Those that name their node are as far away as it is; those that name none may be anywhere.
    assert hosts_with(run, "unreachable") == {"node3", *third} - {*WEB}
    assert hosts_with(run, "failed") == third & {*WEB}
    said = " ".join(run.stdout.split())
    assert "node3 tells nothing of it: " in said
    assert "is on none of the nodes that answer, and may be on one that does not" in said
    assert "Traceback" not in run.stdout + run.stderr

    nodes.nodes[2].boot()
    after = pictures(nodes)
    assert differing(before, after) >= {*VMS} - third
    assert all("<title>after</title>" in after[name] for name in {*VMS} - third)
    assert not any("<title>after</title>" in after[name] for name in third)
    back = site(**wish)
    assert back.returncode == 0, back.stdout + back.stderr
    assert hosts_with(back, "changed") - {"node3"} == third
    assert Counter(map(node_of, pictures(nodes).values())) == Counter(map(node_of, before.values()))
    again = site("--limit", "node3:web", **wish)
    assert again.returncode == 0, again.stdout
    assert not hosts_with(again, "changed")


def test_two_controllers_at_once(nodes: Any, site: Callable[..., Run]) -> None:
    """What a vm has is all of what one of them wants, and the one that lost hears of it. Nobody
    says where the new ones are to be, and for some of them the two choose another node."""
    new = {f"nw{number:02}" for number in range(1, 7)}
    old = {f"nd{number:02}" for number in range(1, 7)}
    torn = {"nw01", "nw02", "nw03"}
    limit = ("--limit", ",".join(sorted(new | old)))
    absent = {"vmrt_state": "absent", "vmrt_delete_disks": "owned"}
    gone = site("--limit", ",".join(sorted(new)), **dict.fromkeys(new, absent))
    assert gone.returncode == 0, gone.stdout

    def wish(number: str) -> dict[str, dict[str, Any]]:
        common = {"vmrt_title": number, "vmrt_description": number}
        there = {"vmrt_placement": {"node_selector": {"number": number}}}
        return {name: {**common, **(there if name in torn else {})} for name in new | old}

    with ThreadPoolExecutor() as pool:
        runs = list(pool.map(lambda word: site(*limit, name=word, **wish(word)), ("1", "2")))
    # No vm is there twice.
    made = pictures(nodes)
    lost = [hosts_with(run, "failed") for run in runs]
    assert {*VMS} - {*made} <= new & lost[0] & lost[1]
    for name in made.keys() & (new | old):
        # In force, and defined.
        words = re.findall("<(?:title|description)>(.*)</", made[name])
        assert words in (["1"] * 4, ["2"] * 4), name
    for run, names in zip(runs, lost):
        assert "Traceback" not in run.stdout + run.stderr
        assert (run.returncode == 0) == (not names)
        assert names <= new | old
        said = " ".join(run.stdout.split())
        assert said.count("[ERROR]: ") == len(names)
        assert len(re.findall(r"\[ERROR\]: (?:(?!\[ERROR\]).)*omebody else", said)) == len(names)
    last = site(*limit, **wish("1"))
    assert last.returncode == 0, last.stdout
    assert set(pictures(nodes)) == set(VMS)


def test_a_node_of_twenty_vms_is_drained(
    nodes: Any, site: Callable[..., Run], tmp_path: Path
) -> None:
    """Nobody says any more where they have to be, and some of them run."""
    role = {"name": "vmrt.libvirt.node", "tasks_from": "peers"}
    peers = tmp_path / "peers.yml"
    tasks = [{"ansible.builtin.import_role": role}]
    peers.write_text(json.dumps([{"hosts": "vmrt_nodes", "gather_facts": False, "tasks": tasks}]))
    met = site(playbook=str(peers))
    assert met.returncode == 0, met.stdout + met.stderr
    before = pictures(nodes)
    leaving = {name for name, text in before.items() if node_of(text) == "node1"}
    assert len(leaving) > 15
    drain = ("-e", "node=node1", "-e", "delete_disks=true")
    runs = [
        site(*drain, *check, playbook="vmrt.libvirt.drain", pinned=False)
        for check in (("--check",), ())
    ]
    moves = []
    for run in runs:
        assert run.returncode == 0, run.stdout + run.stderr
        found = re.findall(r"^[ \"]*(n[wd]\d+) +node1 +(node\d) ", run.stdout, re.MULTILINE)
        moves.append(dict(found))
    assert set(moves[0]) == leaving
    assert moves[0] == moves[1]
    after = pictures(nodes)
    assert {name: node_of(text) for name, text in after.items()} == {
        name: moves[1].get(name, node_of(text)) for name, text in before.items()
    }
    assert {name for name, text in after.items() if "paused" in text} == set(WEB)
    assert not nodes.nodes[0].ssh("ls /srv/nodes").stdout.split()
