# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which vms leave a node, which stay, and what is said of each."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.drain import drain
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import (
    moves_as_data,
    moves_table,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.rebalance import rebalance
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import (
    Declared,
    Nodes,
    inhabitants,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Overlay, Wish
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support.placing import node, nodes, vm, with_vms

PINNED = "its vmrt_node says that it belongs there"


def on(where: str, *names: str) -> list[Wish]:
    return [vm(name, current=where) for name in names]


def free(name: str, **more: object) -> Declared:
    return Declared(name, vm(name, **more))


def pinned(name: str, where: str) -> Declared:
    return Declared(name, vm(name, pinned=where))


def test_what_is_declared_goes_with_what_is_there() -> None:
    told = Nodes(nodes(2), on("node1", "web1", "web2", "own"))
    wish = vm("web1", vcpus=4, anti_affinity=with_vms("web2"))
    found = {one.name: one for one in inhabitants([Declared("web1", wish)], told, {})}
    assert sorted(found) == ["own", "web1", "web2"]
    assert (found["web1"].vcpus, found["web1"].anti_affinity) == (4, with_vms("web2"))
    assert not any(one.held for one in found.values())


def test_who_is_pinned_is_held_where_it_was_pinned_to() -> None:
    told = Nodes(nodes(2), [*on("node1", "web1"), *on("node2", "web2")])
    found = inhabitants([pinned("web1", "node1"), pinned("web2", "node1")], told, {})
    assert {one.name: one.held for one in found} == {"web1": PINNED, "web2": ""}


def test_where_it_belongs_is_not_certain() -> None:
    told = Nodes(nodes(2), [*on("node1", "web1", "web2"), *on("node2", "web1")])
    found = inhabitants([free("web1")], told, {"web2": "vmrt_memory: is no size"})
    assert {(one.name, one.current): one.held.split(".")[0] for one in found} == {
        ("web1", "node1"): "vmrt_node: web1 is on node1 and on node2",
        ("web1", "node2"): "vmrt_node: web1 is on node1 and on node2",
        ("web2", "node1"): "vmrt_memory: is no size",
    }


def test_a_drained_node_keeps_who_is_held_and_who_fits_nowhere() -> None:
    every = [node("node1"), node("node2", cpus=2), node("node3", away="it is cordoned")]
    told = Nodes(every, [*on("node1", "big", "own", "small"), *on("node2", "web")])
    declared = [pinned("own", "node1"), free("big", vcpus=4)]
    moves = drain(every, inhabitants(declared, told, {}), "node1")
    assert moves_as_data(moves) == [
        {
            "vm": "big",
            "source": "node1",
            "why": "it fits nowhere. node2: of 2 CPUs 1 are free, and 4 needed. "
            "node3: it is cordoned",
        },
        {"vm": "own", "source": "node1", "why": PINNED},
        {
            "vm": "small",
            "source": "node1",
            "target": "node2",
            "why": "it is the best node for it",
        },
    ]
    assert moves_table(moves)[3] == "small   node1   node2   it is the best node for it"


def test_who_is_held_counts_where_it_is() -> None:
    """It is not moved, and others keep away from it all the same."""
    told = Nodes(nodes(2), [*on("node1", "own", "a"), *on("node2", "b")])
    declared = [pinned("own", "node1"), free("b", anti_affinity=with_vms("own"))]
    wishes = inhabitants(declared, told, {})
    (move,) = drain(nodes(2), wishes, "node2")
    assert (move.vm, move.target) == ("b", None)
    assert "own" not in {one.vm for one in rebalance(nodes(2), wishes, 0.0)}


def test_a_cordoned_node_is_left() -> None:
    every = [node("node1", away="it is cordoned"), node("node2")]
    (move,) = rebalance(every, on("node1", "web1"))
    assert (move.vm, move.target, move.why) == (
        *("web1", "node2"),
        "can not stay: it is cordoned",
    )


def test_disks_in_shared_pools_need_no_more_room() -> None:
    size = 60 * GIB
    # Its volumes together would be larger than it is.
    full = {"storage": {"default": -GIB}}
    overlay = Overlay("default", "default", "base.qcow2")
    wish = free("web1", storage={"default": size}, overlays=(overlay,))
    for shared, target in ((frozenset({"default"}), "node2"), (frozenset(), None)):
        every = [node("node1", shared=shared, **full), node("node2", shared=shared, **full)]
        wishes = inhabitants([wish], Nodes(every, on("node1", "web1")), {})
        (move,) = drain(every, wishes, "node1")
        assert move.target == target
