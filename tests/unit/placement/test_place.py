# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where vms go, rule by rule, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.drain import drain
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import table
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.rebalance import rebalance
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Node,
    Overlay,
    Taint,
    Toleration,
    Wish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support.placing import KVM, NODE, node, nodes, vm, with_group, with_labels, with_vms


def homes(nodes: list[Node], *wishes: Wish) -> dict[str, str | None]:
    return {name: one.node for name, one in place(nodes, wishes).items()}


def why_not(wish: Wish, one: Node = NODE, *others: Wish) -> list[str]:
    """What the only node has against a vm."""
    decision = place([one], [wish, *others])[wish.name]
    assert decision.node is None
    (verdict,) = decision.verdicts
    return list(verdict.reasons)


def test_spread_and_pack() -> None:
    several = [vm(f"vm{number}") for number in range(4)]
    assert sorted(filter(None, homes(nodes(2), *several).values())) == [
        *("node1", "node1", "node2", "node2")
    ]
    packed = [vm(f"vm{number}", strategy="pack") for number in range(4)]
    assert set(homes(nodes(2), *packed).values()) == {"node1"}


def test_the_largest_is_placed_first() -> None:
    small = [vm(f"a{number}", vcpus=2, strategy="pack") for number in range(4)]
    found = homes(nodes(2), *small, vm("z", vcpus=8))
    assert found["z"] == "node1"
    assert {found[one.name] for one in small} == {"node2"}


@pytest.mark.parametrize(
    ("more", "node_more", "reason"),
    [
        ({"vcpus": 9}, {}, "of 8 CPUs 8 are free, and 9 needed"),
        ({"vcpus": 33}, {"cpu_overcommit": 4.0}, "of 32 CPUs 32 are free, and 33 needed"),
        ({"vcpus": 8}, {"reserved_cpus": 1}, "of 7 CPUs 7 are free, and 8 needed"),
        ({"memory": 17 * GIB}, {}, "of 16GiB of memory 16GiB are free, and 17GiB needed"),
        (
            {"memory": 16 * GIB},
            {"memory_overhead": GIB // 2},
            "of 16GiB of memory 16GiB are free, and 16.5GiB needed",
        ),
        (
            {"storage": {"default": 200 * GIB}},
            {},
            "its pool default has room for 100GiB, and 200GiB are needed",
        ),
        ({"storage": {"fast": 0}}, {}, "it has no active pool fast"),
        ({"networks": frozenset({"lan", "dmz"})}, {}, "it has no network dmz"),
        ({"node_selector": {"zone": "a"}}, {"labels": {"zone": "b"}}, "it has no label zone=a"),
        (
            {},
            {"taints": (Taint("own", "db"),)},
            "it is tainted with own=db, which the vm does not tolerate",
        ),
        (
            {"hypervisor": "xen"},
            {},
            "it runs no xen for x86_64, but kvm for x86_64, qemu for x86_64",
        ),
        ({"arch": "aarch64"}, {"runs": frozenset()}, "it runs no vms for aarch64, but nothing"),
        ({}, {"away": "it does not answer"}, "it does not answer"),
        (
            {"affinity": with_vms("db1", "db2")},
            {},
            "it has none of those of affinity: db1, db2",
        ),
    ],
)
def test_a_node_says_why_not(more: Any, node_more: Any, reason: str) -> None:
    assert why_not(vm("web1", **more), node("node1", **node_more)) == [reason]


def test_all_that_is_against_a_node_is_said() -> None:
    reasons = why_not(vm("web1", vcpus=9, node_selector={"zone": "a"}))
    assert reasons == ["it has no label zone=a", "of 8 CPUs 8 are free, and 9 needed"]


def test_what_is_over_capacity_stays_and_takes_nothing_more() -> None:
    fat = vm("fat", vcpus=20, current="node1")
    assert why_not(vm("web1"), NODE, fat) == ["of 8 CPUs 0 are free, and 1 needed"]


def test_the_room_of_a_pool_that_is_still_to_be_made_is_not_known() -> None:
    one = node("node1", storage={"default": None})
    assert homes([one], vm("web1", storage={"default": 500 * GIB})) == {"web1": "node1"}


def test_a_disk_that_its_image_sizes_counts_where_the_image_is() -> None:
    sized = {"overlays": (Overlay("default", "images", "base.qcow2"),), "storage": {"default": GIB}}
    has = node("node1", images={("images", "base.qcow2"): 60 * GIB})
    lacks = node("node2", images={("default", "base.qcow2"): 60 * GIB})
    one, two = (vm(name, **sized) for name in ("web1", "web2"))
    assert why_not(two, has, vm("web1", **sized, pinned="node1")) == [
        "its pool default has room for 39GiB, and 61GiB are needed"
    ]
    decisions = place([has, lacks], [one, two, vm("web3", **sized)], explain=True)
    assert sorted(str(decision.node) for decision in decisions.values()) == [
        "node1",
        "node2",
        "node2",
    ]
    notes = {verdict.node: verdict.notes for verdict in decisions["web1"].verdicts}
    assert notes["node1"] == ()
    (note,) = notes["node2"]
    assert "how large the image base.qcow2 is, is not known there" in note
    assert note in "\n".join(table(decisions.values()))


def test_volumes_of_vms_that_are_there_are_not_counted_again() -> None:
    there = vm("old", storage={"default": 90 * GIB}, current="node1")
    new = vm("new", storage={"default": 90 * GIB})
    assert homes([NODE], there, new)["new"] == "node1"
    pinned = vm("old", storage={"default": 90 * GIB}, pinned="node1")
    assert homes([NODE], pinned, new) == {"old": "node1", "new": None}


def test_taints_are_tolerated_by_key_value_and_effect() -> None:
    tainted = node("node1", taints=(Taint("own", "db"),))

    def tolerates(**more: Any) -> bool:
        found = homes([tainted], vm("db1", tolerations=(Toleration(**more),)))
        return found["db1"] is not None

    assert tolerates(key="own")
    assert tolerates(key="own", value="db", effect="no_schedule")
    assert not tolerates(key="own", value="web")
    assert not tolerates(key="own", effect="prefer_no_schedule")
    assert not tolerates(key="gpu")


def test_a_node_that_would_rather_have_none_is_the_last_choice() -> None:
    reluctant = node("node1", taints=(Taint("old", effect="prefer_no_schedule"),))
    busy = vm("busy", vcpus=7, current="node2")
    assert homes([reluctant, node("node2")], busy, vm("web1"))["web1"] == "node2"
    assert homes([reluctant], vm("web1")) == {"web1": "node1"}


def test_anti_affinity_works_both_ways() -> None:
    alone = vm("alone", anti_affinity=with_labels(tier="web"), current="node1")
    assert why_not(vm("web1", labels={"tier": "web"}), NODE, alone) == [
        "it has a vm whose anti_affinity means this one"
    ]
    web = vm("web1", labels={"tier": "web"}, current="node1")
    assert why_not(vm("alone", anti_affinity=with_labels(tier="web")), NODE, web) == [
        "it has some of those of anti_affinity: tier=web"
    ]
    assert homes([NODE], alone, vm("db1", labels={"tier": "db"}))["db1"] == "node1"


def test_all_labels_of_a_term_have_to_be_carried() -> None:
    term = with_labels(tier="web", zone="a")
    there = vm("web1", labels={"tier": "web"}, current="node1")
    assert homes([NODE], there, vm("vm1", anti_affinity=term))["vm1"] == "node1"


def test_a_group_that_wants_to_be_apart_has_a_node_each() -> None:
    web = [
        vm(f"web{n}", groups=frozenset({"web"}), anti_affinity=with_group("web")) for n in range(4)
    ]
    found = homes(nodes(3), *web)
    assert sorted(filter(None, found.values())) == ["node1", "node2", "node3"]
    assert list(found.values()).count(None) == 1


def test_a_group_that_would_like_to_be_apart_is_spread_evenly() -> None:
    web = [
        vm(
            f"web{n}",
            groups=frozenset({"web"}),
            anti_affinity=with_group("web", required=False),
            strategy="pack",
        )
        for n in range(6)
    ]
    found = list(homes(nodes(3), *web).values())
    assert [found.count(f"node{n}") for n in (1, 2, 3)] == [2, 2, 2]


def test_a_group_that_has_to_be_together_is() -> None:
    web = [vm(f"web{n}", groups=frozenset({"web"}), affinity=with_group("web")) for n in range(3)]
    assert len(set(homes(nodes(3), *web).values())) == 1


def test_who_others_have_to_be_with_comes_first() -> None:
    """Although it is the smallest."""
    chain = [
        vm("a", vcpus=4, affinity=with_vms("b")),
        vm("b", vcpus=2, affinity=with_vms("c")),
        vm("c", vcpus=1),
    ]
    busy = vm("busy", vcpus=2, current="node1")
    assert homes(nodes(2), busy, *chain) == {
        "busy": "node1",
        "a": "node2",
        "b": "node2",
        "c": "node2",
    }


def test_those_that_name_each_other_are_together() -> None:
    """And who only follows one of them does not go before."""
    circle = [vm("b", affinity=with_vms("c")), vm("c", affinity=with_vms("b"))]
    follower = vm("a", vcpus=4, affinity=with_vms("b"))
    assert len(set(homes(nodes(3), *circle, follower).values())) == 1


def test_a_vm_that_would_like_to_be_with_others_goes_to_them() -> None:
    there = vm("db1", vcpus=2, current="node2")
    web = vm("web1", affinity=with_vms("db1", required=False))
    assert homes(nodes(2), there, web)["web1"] == "node2"
    assert homes(nodes(2), web)["web1"] == "node1"


def test_a_kind_of_hypervisor_is_looked_for() -> None:
    kvm = node("node2", runs=KVM)
    plain = node("node1", runs=frozenset({("qemu", "x86_64")}))
    assert homes([plain, kvm], vm("web1", hypervisor="kvm"))["web1"] == "node2"


def test_without_nodes_nothing_fits() -> None:
    assert homes([], vm("web1")) == {"web1": None}


def test_a_drained_node_is_left_for_others() -> None:
    there = [
        vm("web1", groups=frozenset({"web"}), anti_affinity=with_group("web"), current="node1"),
        vm("web2", groups=frozenset({"web"}), anti_affinity=with_group("web"), current="node2"),
        vm("big", vcpus=9, current="node1"),
    ]
    moves = {move.vm: move for move in drain(nodes(3), there, "node1")}
    assert moves["web1"].target == "node3"
    assert moves["big"].target is None
    assert {one.node: one.reasons[0] for one in moves["big"].verdicts} == {
        "node1": "it is being drained",
        "node2": "of 8 CPUs 7 are free, and 9 needed",
        "node3": "of 8 CPUs 8 are free, and 9 needed",
    }


def test_rebalancing_evens_out_and_then_has_nothing_to_do() -> None:
    there = [vm(f"vm{n}", vcpus=2, memory=4 * GIB, current="node1") for n in range(4)]
    moves = rebalance(nodes(2), there)
    assert [(move.vm, move.source, move.target) for move in moves] == [
        *(("vm0", "node1", "node2"), ("vm1", "node1", "node2"))
    ]
    assert moves[0].why == "is better there by 75 points"
    after = [
        vm(one.name, vcpus=2, memory=4 * GIB, current="node2" if n < 2 else "node1")
        for n, one in enumerate(there)
    ]
    assert rebalance(nodes(2), after) == []


def test_rebalancing_mends_what_is_against_the_rules() -> None:
    there = [
        vm("db1", current="node1", anti_affinity=with_vms("db2")),
        vm("db2", current="node1"),
    ]
    (move,) = rebalance(nodes(2), there)
    assert (move.vm, move.target) == ("db1", "node2")
    assert move.why == "can not stay: it has some of those of anti_affinity: db2"


def test_rebalancing_keeps_those_together_that_have_to_be() -> None:
    there = [
        vm("db1", vcpus=4, current="node1"),
        vm("web1", vcpus=4, current="node1", affinity=with_vms("db1")),
    ]
    assert rebalance(nodes(2), there) == []
