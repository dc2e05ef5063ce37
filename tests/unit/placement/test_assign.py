# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what nodes and an inventory say to a node, or an error, for each vm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.assign import (
    Assignment,
    assign,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import as_data, table
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import (
    Declared,
    Nodes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support.placing import node, nodes, vm


def wanted(name: str, host: str = "", **more: Any) -> Declared:
    absent = more.pop("absent", False)
    return Declared(host or name, vm(name, **more), wanted=True, absent=absent, made=True)


def pinned(name: str, where: str, **more: Any) -> Declared:
    return Declared(name, vm(name, pinned=where, **more), made=True)


def found(*declared: Declared, told: Nodes | None = None, **more: Any) -> Assignment:
    return assign(declared, told or Nodes(nodes(2)), **more)


def test_a_new_vm_is_placed_and_one_that_is_there_stays() -> None:
    told = Nodes(nodes(2), [vm("web1", vcpus=7, current="node1")])
    done = found(wanted("web1"), wanted("web2"), told=told)
    assert done.nodes == {"web1": "node1", "web2": "node2"}
    # Nothing was decided about the first.
    assert set(done.decisions) == {"web2"}


def test_vms_of_others_take_room() -> None:
    told = Nodes(nodes(2), [vm("other", memory=15 * GIB, current="node1")])
    assert found(wanted("web1", memory=2 * GIB), told=told).nodes == {"web1": "node2"}


def test_what_is_there_counts_as_the_larger_of_what_it_has_and_what_is_declared() -> None:
    told = Nodes(nodes(1), [vm("web1", memory=GIB, vcpus=7, current="node1")])
    done = found(wanted("web1", memory=16 * GIB), wanted("web2"), told=told)
    assert "of 16GiB of memory 0B are free" in str(done.errors["web2"])
    done = found(wanted("web1"), wanted("web2", vcpus=2), told=told)
    assert "of 8 CPUs 1 are free" in str(done.errors["web2"])


def test_a_vm_that_the_play_makes_elsewhere_takes_room_and_others_do_not() -> None:
    fat = pinned("fat", "node1", memory=16 * GIB)
    assert found(fat, wanted("web1")).nodes == {"web1": "node2"}
    outside = replace(fat, made=False)
    assert found(outside, wanted("web1")).nodes == {"web1": "node1"}
    told = Nodes(nodes(2), [vm("fat", memory=15 * GIB, current="node1")])
    assert found(outside, wanted("web1"), told=told).nodes == {"web1": "node2"}


def test_one_that_fits_nowhere_hears_each_reason_and_others_are_placed() -> None:
    done = found(wanted("web1"), wanted("web2", vcpus=100))
    assert done.nodes == {"web1": "node1"}
    assert str(done.errors["web2"]) == (
        "vmrt_placement: no node can take web2. node1: of 8 CPUs 8 are free, and 100 needed. "
        "node2: of 8 CPUs 8 are free, and 100 needed. "
        "Make room, add a node to vmrt_nodes, or ask for less."
    )


def test_a_vm_on_two_nodes_is_an_error_that_names_both() -> None:
    told = Nodes(nodes(2), [vm("web1", current="node1"), vm("web1", current="node2")])
    done = found(wanted("web1"), told=told)
    assert str(done.errors["web1"]).startswith("vmrt_node: web1 is on node1 and on node2.")
    # One of them belongs to somebody who says so.
    done = found(wanted("web1", host="mine"), pinned("web1", "node2"), told=told)
    assert done.nodes == {"mine": "node1"}


def test_what_may_be_on_a_silent_node_is_not_made_again() -> None:
    away = node("node2", away="it does not answer")
    told = Nodes([node("node1"), away], [vm("web1", current="node1")], {"node2": "no route"})
    done = found(wanted("web1"), wanted("web2"), told=told)
    assert done.nodes == {"web1": "node1"}
    assert "may be on one that does not: node2: no route." in str(done.errors["web2"])
    lost = Nodes([node("node1"), replace(away, away="it is lost")])
    assert found(wanted("web2"), told=lost).nodes == {"web2": "node1"}


def test_what_should_not_be_there_is_not_placed() -> None:
    done = found(wanted("web1", absent=True), wanted("web2"))
    assert (done.nowhere, done.nodes) == (["web1"], {"web2": "node1"})
    told = Nodes(nodes(2), [vm("web1", current="node2")])
    assert found(wanted("web1", absent=True), told=told).nodes == {"web1": "node2"}


def test_vms_may_only_be_looked_for() -> None:
    told = Nodes(nodes(2), [vm("web1", current="node2")])
    done = found(wanted("web1"), wanted("web2"), told=told, new=False)
    assert (done.nowhere, done.nodes) == (["web2"], {"web1": "node2"})


def test_nothing_is_foretold_of_nodes_that_are_none_yet() -> None:
    bare = node("node2", away="it does not run libvirt yet")
    told = Nodes([node("node1"), bare], [vm("web1", current="node1")], bare=["node2"])
    done = found(wanted("web1"), wanted("web2"), told=told)
    assert (done.nodes, done.unknown, done.errors) == ({"web1": "node1"}, ["web2"], {})


def test_two_hosts_of_one_name_are_told() -> None:
    done = found(wanted("web", host="a"), wanted("web", host="b"))
    assert done.nodes == {"a": "node1"}
    assert str(done.errors["b"]).startswith("vmrt_name: a and b are both called web")


def test_a_table_shows_each_node() -> None:
    told = Nodes([node("node1", away="it does not answer"), node("node2")])
    done = found(wanted("web1"), told=told, explain=True)
    assert table(done.decisions.values()) == [
        "VM     NODE    POINTS   WHY",
        "web1   node2   90.6     it is the best node for it",
        "       node1   -        it does not answer",
    ]
    assert as_data(done.decisions["web1"]) == {
        "node": "node2",
        "why": "it is the best node for it",
        "nodes": [
            {"node": "node2", "reasons": [], "notes": [], "points": 90.6, "passed": True},
            {
                "node": "node1",
                "reasons": ["it does not answer"],
                "notes": [],
                "points": None,
                "passed": False,
            },
        ],
    }
