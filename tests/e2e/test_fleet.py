# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole way: an inventory becomes guests, and what changes in it changes in them.

The tests build on each other in their order, since a guest takes a minute to boot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.fleet import Fleet, Run

GUESTS = {"web1", "web2", "db1"}
ROOT = "{{ root_disk }}"
FRONT = {"name": "front", "network": "front"}
BACK = {"name": "back", "network": "back"}
EXTRA = {
    "name": "extra",
    "mode": "isolated",
    "addresses": [
        {
            "address": "192.168.152.1",
            "prefix": 24,
            "dhcp": {"ranges": [{"start": "192.168.152.100", "end": "192.168.152.199"}]},
        }
    ],
}
BOOTS = "cat /proc/sys/kernel/random/boot_id"
# DHCP takes its time; where it fails, what the guest knows of it is in the message.
NEW_ADDRESS = """
for _ in $(seq 60); do hostname -I | grep -F 192.168.152. && exit; sleep 1; done
ip -brief address; networkctl --no-pager; sudo journalctl --no-pager -u systemd-networkd -n 40
exit 1
"""
GIB = 2**30


@pytest.fixture(scope="module")
def fleet(lab: Any, debian_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(lab, tmp_path_factory.mktemp("fleet"), debian_image)


@pytest.fixture(scope="module")
def predicted(fleet: Fleet) -> Run:
    """The first run in check mode, on a node that has nothing of the fleet."""
    return _predicted(fleet)


@pytest.fixture(scope="module")
def first(fleet: Fleet, predicted: Run) -> Run:
    """The run that makes everything."""
    return fleet.site()


@pytest.fixture(scope="module")
def boots(fleet: Fleet, first: Run) -> dict[str, str]:
    """The boot of each guest; the same one to the end, since nothing restarts."""
    return fleet.ask(BOOTS)


def test_check_mode_needs_nothing_to_be_there(predicted: Run, first: Run) -> None:
    assert predicted.steps() == first.steps()
    assert {step[0] for step in first.steps()} == {"node1", *GUESTS}


def test_the_guests_are_as_declared(first: Run, fleet: Fleet) -> None:
    facts = first.facts()
    assert {guest: one["ansible_hostname"] for guest, one in facts.items()} == {
        guest: guest for guest in GUESTS
    }
    assert {one["ansible_user_id"] for one in facts.values()} == {"debian"}
    assert _disks(facts["web1"]) == {"vda": 6 * GIB}
    assert _disks(facts["db1"]) == {"vda": 6 * GIB, "vdb": 2 * GIB}
    assert facts["db1"]["ansible_devices"]["vdb"]["links"]["ids"] == ["virtio-data"]
    for guest, one in facts.items():
        (root,) = [mount for mount in one["ansible_mounts"] if mount["mount"] == "/"]
        assert root["size_total"] > 5 * GIB, f"the root of {guest} did not grow"
    assert facts["web1"]["ansible_swaptotal_mb"] == 0
    # The first page of a swap file is its header.
    assert facts["db1"]["ansible_swaptotal_mb"] == 255

    told = fleet.ask("sudo -n cloud-init status --format json")
    assert {guest: json.loads(text)["errors"] for guest, text in told.items()} == {
        guest: [] for guest in GUESTS
    }


def test_plain_ansible_reaches_the_guests(fleet: Fleet, boots: dict[str, str]) -> None:
    assert fleet.ping().count("SUCCESS") == len(GUESTS)


def test_what_a_node_tells_is_enough_to_reach_them(fleet: Fleet, boots: dict[str, str]) -> None:
    told = fleet.ping_found()
    assert {guest for guest in GUESTS if f"{guest} | SUCCESS" in told} == GUESTS, told


def test_a_second_run_changes_nothing(fleet: Fleet, boots: dict[str, str]) -> None:
    before = fleet.state()
    assert fleet.site().changed() == []
    assert fleet.state() == before


def test_status_shows_where_the_guests_are(fleet: Fleet, boots: dict[str, str]) -> None:
    table = _table(fleet.play("vmrt.libvirt.status", "-e", "wide=true"))
    assert table[0].split() == ["NAME", "STATUS", "RESTARTS", "AGE", "NODE", "NETWORKS(IP)"]
    rows = {line.split()[0]: line for line in table[1:]}
    assert set(rows) == GUESTS
    for guest, row in rows.items():
        assert row.split()[1:3] == ["Running", "0"], row
        networks = ["front(192.168.150.", "back(192.168.151."][guest == "db1" :]
        assert all(network in row for network in networks), row

    table = _table(fleet.play("vmrt.libvirt.status", "--limit", "web1"))
    assert [line.split()[0] for line in table] == ["NAME", "web1"]


def test_a_changed_inventory_changes_running_guests(fleet: Fleet, boots: dict[str, str]) -> None:
    shared = yaml.safe_load((fleet.example / "group_vars/vmrt_nodes.yml").read_text())
    fleet.declare("node1", vmrt_networks=[*shared["vmrt_networks"], EXTRA])
    fleet.declare(
        "web1",
        vmrt_disks=[ROOT, {"name": "more", "pool": "fleet", "size": "3GiB", "serial": "more"}],
        vmrt_nics=[FRONT, BACK, {"name": "extra", "network": "extra"}],
    )
    fleet.declare("db1", vmrt_disks=[ROOT, {"name": "data", "pool": "fleet", "size": "4GiB"}])
    fleet.add_vm("spare")
    fleet.declare("spare", vmrt_state="present")

    predicted = _predicted(fleet)
    done = fleet.site()
    assert predicted.steps() == done.steps()
    verbs = {(host, step["action"]) for host, _task, step in done.steps()}
    assert {("web1", "attach"), ("db1", "block_resize"), ("spare", "define")} <= verbs
    assert not [host for host, verb in verbs if verb == "start" and host in GUESTS]
    again = fleet.site()
    assert again.changed() == []

    facts = again.facts()
    assert _disks(facts["web1"]) == {"vda": 6 * GIB, "vdb": 3 * GIB}
    assert _disks(facts["db1"]) == {"vda": 6 * GIB, "vdb": 4 * GIB}
    assert fleet.ask(BOOTS, ":".join(GUESTS)) == boots
    assert "192.168.152." in fleet.ask(NEW_ADDRESS, "web1")["web1"]


def test_what_leaves_the_inventory_leaves_the_guest(fleet: Fleet, boots: dict[str, str]) -> None:
    fleet.declare("web1")
    predicted = _predicted(fleet, "--limit", "web1")
    done = fleet.site("--limit", "web1")
    assert predicted.steps() == done.steps()
    assert done.hosts() == {"web1"}
    assert [step["action"] for _host, _task, step in done.steps()].count("detach") == 2

    facts = done.facts()["web1"]
    assert _disks(facts) == {"vda": 6 * GIB}
    assert sorted(facts["ansible_interfaces"]) == ["enp1s0", "enp2s0", "lo"]
    assert fleet.ask(BOOTS, ":".join(GUESTS)) == boots
    # Its data is nobody's to delete.
    assert "web1-more.qcow2" in fleet.node.virsh("vol-list", "fleet").stdout


def test_a_failure_in_the_middle_says_what_was_done(fleet: Fleet, boots: dict[str, str]) -> None:
    tight = "/srv/tight"
    fleet.node.ssh(f"mkdir -p {tight} && mount -t tmpfs -o size=64k tmpfs {tight}")
    shared = yaml.safe_load((fleet.example / "group_vars/vmrt_nodes.yml").read_text())
    pools = [*shared["vmrt_pools"], {"name": "tight", "target": tight}]
    fleet.declare("node1", vmrt_pools=pools)
    fleet.declare("web2", vmrt_disks=[ROOT, {"name": "late", "pool": "tight", "size": "1GiB"}])

    failed = fleet.play("vmrt.libvirt.site", "--limit", "web2")
    assert failed.status != 0
    (failure,) = failed.failures()
    assert "web2-late.qcow2" in failure, failure
    assert "define" in failure, failure
    assert "Traceback" not in failed.output

    fleet.node.ssh(f"mount -o remount,size=64m {tight}")
    converged = fleet.site("--limit", "web2")
    assert "attach" in [step["action"] for _host, _task, step in converged.steps()]
    assert _disks(converged.facts()["web2"]) == {"vda": 6 * GIB, "vdb": 1 * GIB}
    assert fleet.site("--limit", "web2").changed() == []
    assert fleet.ask(BOOTS, ":".join(GUESTS)) == boots


def test_bad_names_are_refused_before_anything_is_touched(fleet: Fleet, first: Run) -> None:
    before = fleet.state()
    fleet.declare("web2", vmrt_memroy="2GiB")
    refused = fleet.play("vmrt.libvirt.site", "--limit", "web2")
    assert refused.status != 0
    assert "Did you mean vmrt_memory?" in refused.failures()[0]
    fleet.declare("web2", vmrt_node="node7")
    refused = fleet.play("vmrt.libvirt.site", "--limit", "web2")
    assert "vmrt_node" in refused.failures()[0]
    assert "there is no host 'node7'" in refused.failures()[0]
    assert fleet.state() == before
    fleet.declare("web2")


def test_teardown_keeps_disks_unless_asked(fleet: Fleet, first: Run) -> None:
    assert fleet.play("vmrt.libvirt.teardown", "--limit", "spare").status == 0
    assert set(fleet.node.virsh("list", "--all", "--name").stdout.split()) == GUESTS
    assert "spare-root.qcow2" in fleet.node.virsh("vol-list", "fleet").stdout
    fleet.remove_vm()

    assert fleet.play("vmrt.libvirt.teardown", "-e", "delete_disks=true").status == 0
    assert fleet.node.virsh("list", "--all", "--name").stdout.split() == []
    volumes = {
        line.split()[0] for line in fleet.node.virsh("vol-list", "fleet").stdout.splitlines()
    }
    # What was taken out of the inventory before belongs to no vm any more.
    assert volumes == {"debian-12.qcow2", "spare-root.qcow2", "web1-more.qcow2"}
    assert (fleet.example / ".known_hosts").read_text() == ""

    table = _table(fleet.play("vmrt.libvirt.status"))
    assert {line.split()[1] for line in table[1:]} == {"Absent"}


def _predicted(fleet: Fleet, *arguments: str) -> Run:
    """A run in check mode, which leaves libvirt as it was to the byte."""
    before = fleet.state()
    run = fleet.site("--check", "--diff", *arguments)
    assert fleet.state() == before
    return run


def _disks(facts: Mapping[str, Any]) -> dict[str, int]:
    """The sizes of disks by the names that the guest has for them."""
    return {
        name: int(device["sectors"]) * 512
        for name, device in facts["ansible_devices"].items()
        if name.startswith("vd")
    }


def _table(run: Run) -> list[str]:
    assert run.status == 0, run.output
    (shown,) = [one.result["msg"] for one in run.entries if one.task.endswith("Show them")]
    return shown.splitlines()
