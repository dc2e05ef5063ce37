# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes and wishes from what node_info tells and an inventory declares."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import HOSTING
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.reading import (
    read_node,
    read_resident,
    read_wish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Overlay,
    Taint,
    Term,
    Toleration,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import play

NOTHING: dict[str, Any] = {"pools": [], "networks": []}


def hosting(**given: Any) -> dict[str, Any]:
    return accept(HOSTING, given)


@pytest.fixture
def told() -> dict[str, Any]:
    """What node_info says of a node with one vm."""
    made = play.node()
    play.converge(made, memory="2GiB", vcpus=3, labels={"tier": "web"}, disks=[play.disk()])
    made.volumes["default", "more.qcow2"] = Volume("/x", 10 * GIB)
    node: dict[str, Any] = info.node(FakeObserver(made), {})["node"]
    return node


def test_a_node_tells_its_vms_networks_and_the_room_of_volumes(told: dict[str, Any]) -> None:
    (vm,) = told["vms"]
    assert (vm["name"], vm["memory"], vm["vcpus"]) == ("web1", "2GiB", 3)
    assert vm["labels"] == {"tier": "web"}
    assert len(vm["uuid"]) == 36
    assert told["networks"] == ["default", "lab"]
    (pool,) = told["storage"]
    # The image, the disk of the vm and one more.
    assert pool["provisioned"] == pool["allocated"] == "22GiB"
    assert {one["name"]: one["size"] for one in pool["images"]}["base.qcow2"] == "2GiB"
    assert "web1-root.qcow2" not in {one["name"] for one in pool["images"]}


def test_a_node_is_read_with_what_it_offers(told: dict[str, Any]) -> None:
    node = read_node("node1", told, hosting(), NOTHING)
    assert (node.name, node.cpus, node.memory, node.arch) == ("node1", 8, 64 * GIB, "x86_64")
    assert (node.cpu_room, node.memory_room) == (32, 64 * GIB - GIB // 2)
    assert node.networks == {"default", "lab"}
    assert node.runs == {("kvm", "x86_64"), ("qemu", "x86_64")}
    assert node.storage == {"default": 78 * GIB}
    assert node.images["default", "base.qcow2"] == 2 * GIB

    node = read_node(
        "node1",
        told,
        hosting(
            labels={"zone": "a"},
            taints=[{"key": "own"}],
            cpu_overcommit="1.1",
            memory_overcommit=1.5,
            storage_overcommit=2,
            reserved_cpus=1,
            reserved_memory="4GiB",
            memory_overhead="128MiB",
        ),
        {"pools": ["default", "fast"], "networks": ["dmz"]},
    )
    assert (node.cpu_room, node.memory_room) == (7, 92 * GIB)
    assert (node.labels, node.taints) == ({"zone": "a"}, (Taint("own"),))
    assert node.memory_overhead == GIB // 8
    assert node.storage == {"default": 178 * GIB, "fast": None}
    assert node.networks == {"default", "lab", "dmz"}


def test_thin_volumes_keep_the_room_that_they_may_need(told: dict[str, Any]) -> None:
    (pool,) = told["storage"]
    pool.update(available="90GiB", allocated="10GiB", provisioned="60GiB")
    assert read_node("node1", told, hosting(), NOTHING).storage == {"default": 40 * GIB}


def test_an_inactive_pool_is_none_unless_it_is_declared(told: dict[str, Any]) -> None:
    (pool,) = told["storage"]
    pool.update(active=False, available="0B")
    assert read_node("node1", told, hosting(), NOTHING).storage == {}
    declared = {"pools": ["default"], "networks": []}
    assert read_node("node1", told, hosting(), declared).storage == {"default": None}


def test_a_ratio_of_nothing_is_refused() -> None:
    with pytest.raises(VmrtError, match=r"cpu_overcommit: 0\.0 is not more than 0"):
        hosting(cpu_overcommit=0)


def test_a_resident_is_read(told: dict[str, Any]) -> None:
    wish = read_resident("node1", told["vms"][0])
    assert (wish.name, wish.current, wish.vcpus, wish.memory) == ("web1", "node1", 3, 2 * GIB)
    assert wish.labels == {"tier": "web"}


def test_a_declaration_is_read() -> None:
    declared = {
        "memory": "2GiB",
        "vcpus": "3",
        "hypervisor": "kvm",
        "labels": {"tier": "web"},
        "disks": [
            {"name": "root", "size": "10GiB"},
            {"name": "data", "size": "5GiB", "pool": "fast"},
            {"name": "more", "size": "1GiB", "pool": "fast"},
            {"name": "image", "image": "base.qcow2", "pool": "images"},
            {"name": "more", "image": "base.qcow2", "image_pool": "images", "pool": "fast"},
            {"name": "gone", "size": "1GiB", "state": "absent"},
            {"name": "raw", "path": "/dev/sdb"},
        ],
        "nics": [
            *({"name": "a", "network": "lan"}, {"name": "b", "bridge": "br0"}),
            {"name": "c", "network": "old", "state": "absent"},
        ],
        "placement": {
            "node_selector": {"zone": "a"},
            "affinity": [{"vms": ["db", "x"], "required": False, "weight": 7}],
            "anti_affinity": [{"groups": ["web"]}, {"labels": {"tier": "web"}}],
            "tolerations": [{"key": "own", "value": "db"}],
            "strategy": "pack",
        },
    }
    wish = read_wish("web1", declared, ["web", "vmrt_vms"], {"db": "db-1"})
    assert (wish.name, wish.vcpus, wish.memory, wish.hypervisor) == ("web1", 3, 2 * GIB, "kvm")
    assert wish.storage == {"default": 10 * GIB, "fast": 6 * GIB, "images": 0}
    assert wish.overlays == (
        Overlay("images", "images", "base.qcow2"),
        Overlay("fast", "images", "base.qcow2"),
    )
    assert wish.networks == {"lan"}
    assert (wish.labels, wish.groups) == ({"tier": "web"}, {"web", "vmrt_vms"})
    assert (wish.node_selector, wish.strategy) == ({"zone": "a"}, "pack")
    # Vms are called as their hosts are.
    assert wish.affinity == (Term(vms=frozenset({"db-1", "x"}), required=False, weight=7),)
    assert wish.anti_affinity == (
        Term(groups=frozenset({"web"})),
        Term(labels=frozenset({("tier", "web")})),
    )
    assert wish.tolerations == (Toleration("own", "db"),)


def test_what_is_not_declared_is_as_of_any_new_vm() -> None:
    wish = read_wish("web1", {"hypervisor": "auto"}, [], {})
    assert (wish.vcpus, wish.memory, wish.hypervisor, wish.arch) == (1, GIB, None, None)
    assert (wish.strategy, wish.storage) == ("spread", {})


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"memory": "4GB"}, "vmrt_memory: '4GB' is ambiguous"),
        (
            {"disks": [{"name": "root", "size": "big"}]},
            r"vmrt_disks\[root\].size: 'big' is not a size",
        ),
        ({"placement": {"nodes": ["a"]}}, "vmrt_placement.nodes: placement has no option 'nodes'"),
    ],
)
def test_a_bad_value_names_its_option(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(VmrtError, match=message):
        read_wish("web1", declared, [], {})
