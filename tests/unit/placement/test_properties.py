# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for any nodes and any vms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.drain import drain
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.rebalance import rebalance
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node, Wish
from tests.unit.support.placing import NODES, WISHES, means, settled


def volumes(wish: Wish, node: Node) -> list[tuple[str, int]]:
    """The pools and the sizes of the new volumes of a vm, as far as they are known."""
    sized = [(one.pool, node.images.get((one.image_pool, one.image), 0)) for one in wish.overlays]
    return [*wish.storage.items(), *sized]


def over(nodes: Iterable[Node], homes: Mapping[str, str], wishes: Iterable[Wish]) -> list[str]:
    """Nodes that have more vms than they have room for."""
    found = []
    for node in nodes:
        here = [wish for wish in wishes if homes.get(wish.name) == node.name]
        memory = sum(wish.memory + node.memory_overhead for wish in here)
        needed: dict[str, int] = {}
        for wish in here:
            for pool, size in volumes(wish, node):
                needed[pool] = needed.get(pool, 0) + size
        full = [
            pool
            for pool, size in needed.items()
            if node.storage.get(pool, 0) is not None and size > (node.storage.get(pool) or 0)
        ]
        if here and (
            sum(wish.vcpus for wish in here) > node.cpus * node.cpu_overcommit - node.reserved_cpus
            or memory > node.memory * node.memory_overcommit - node.reserved_memory
            or full
        ):
            found.append(node.name)
    return found


def together(wishes: list[Wish], homes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs on one node of which one has to be apart from the other."""
    return [
        (one.name, other.name)
        for one in wishes
        for other in wishes
        if one is not other
        and homes.get(one.name) is not None
        and homes[one.name] == homes.get(other.name)
        and any(term.required and means(term, other) for term in one.anti_affinity)
    ]


def unfit(nodes: Iterable[Node], wish: Wish, home: str) -> bool:
    """May a vm not be on a node, by what is fixed of both?"""
    (node,) = [one for one in nodes if one.name == home]
    return bool(
        node.away
        or not wish.node_selector.items() <= node.labels.items()
        or any(not wish.tolerates(taint) for taint in node.taints)
        or (wish.hypervisor and (wish.hypervisor, "x86_64") not in node.runs)
        or not {pool for pool, _size in volumes(wish, node)} <= set(node.storage)
    )


@given(NODES, WISHES)
def test_nothing_is_over_capacity_and_no_rule_is_broken(
    nodes: list[Node], wishes: list[Wish]
) -> None:
    decisions = place(nodes, wishes)
    homes = {name: one.node for name, one in decisions.items() if one.node}
    event(f"{len(homes)} placed")
    assert set(decisions) == {wish.name for wish in wishes}
    assert over(nodes, homes, wishes) == []
    assert together(wishes, homes) == []
    assert not [
        wish for wish in wishes if wish.name in homes and unfit(nodes, wish, homes[wish.name])
    ]


@given(NODES, WISHES, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_given_has_no_effect(nodes, wishes, random) -> None:
    first = place(nodes, wishes, explain=True)
    nodes, wishes = list(nodes), list(wishes)
    random.shuffle(nodes)
    random.shuffle(wishes)
    assert place(nodes, wishes, explain=True) == first


@given(NODES, WISHES, WISHES)
def test_more_vms_move_none(nodes: list[Node], wishes: list[Wish], more: list[Wish]) -> None:
    there = settled(wishes, place(nodes, wishes))
    homes = {wish.name: wish.current for wish in there}
    new = [wish for wish in more if wish.name not in homes]
    decisions = place(nodes, [*there, *new])
    assert {name: decisions[name].node for name in homes} == homes
    every = {name: one.node for name, one in decisions.items() if one.node}
    # The volumes of those that are there were counted when they were made.
    empty = [replace(wish, storage={}, overlays=()) for wish in there]
    assert over(nodes, every, [*empty, *new]) == []


@given(NODES, WISHES)
def test_each_node_is_explained(nodes: list[Node], wishes: list[Wish]) -> None:
    for name, one in place(nodes, wishes, explain=True).items():
        assert sorted(verdict.node for verdict in one.verdicts) == sorted(n.name for n in nodes)
        assert all(verdict.passed == (verdict.points is not None) for verdict in one.verdicts)
        assert all(all(verdict.reasons) for verdict in one.verdicts)
        assert (one.node is None) == (not any(verdict.passed for verdict in one.verdicts)), name
        # The best comes first.
        assert one.node in (None, one.verdicts[0].node)


@given(NODES, WISHES)
def test_who_has_to_be_with_others_is_with_one_of_them(nodes, wishes) -> None:
    """But the first of a group, or of a circle, that has no company yet."""
    homes = {name: one.node for name, one in place(nodes, wishes).items() if one.node}
    by_name = {wish.name: wish for wish in wishes}
    for name, home in homes.items():
        for term in by_name[name].affinity:
            mates = [other for other in homes if other != name and means(term, by_name[other])]
            if not term.required or any(homes[mate] == home for mate in mates):
                continue
            # It was the first: whoever came later and is meant did not have to come to it.
            lonely = means(term, by_name[name]) or _circle(by_name, name)
            assert lonely, f"{name} is not with {term}"


def _circle(wishes: Mapping[str, Wish], start: str) -> bool:
    """Does a vm, over others, have to be with itself?"""
    seen: set[str] = set()
    queue = [start]
    while queue:
        wish = wishes[queue.pop()]
        for other in wishes.values():
            if any(term.required and means(term, other) for term in wish.affinity):
                if other.name == start:
                    return True
                if other.name not in seen:
                    seen.add(other.name)
                    queue.append(other.name)
    return False


@given(NODES, WISHES)
def test_a_drained_node_is_empty_or_says_why_not(nodes: list[Node], wishes: list[Wish]) -> None:
    there = [
        # Every third one may not be moved.
        replace(wish, held="" if number % 3 else "it is held")
        for number, wish in enumerate(settled(wishes, place(nodes, wishes)))
    ]
    name = nodes[0].name
    moves = drain(nodes, there, name)
    held = {wish.name for wish in there if wish.held}
    assert all((move.why == "it is held") == (move.vm in held) for move in moves)
    assert not any(move.target for move in moves if move.vm in held)
    assert {move.vm for move in moves} == {wish.name for wish in there if wish.current == name}
    assert all(move.target != name for move in moves)
    assert all(move.target or not any(one.passed for one in move.verdicts) for move in moves)
    _check_moves(nodes, there, {move.vm: move.target for move in moves if move.target})


@given(NODES, WISHES, NODES)
def test_rebalancing_breaks_nothing(nodes, wishes, before) -> None:
    """What is there was placed when the nodes were others."""
    known = {node.name for node in nodes}
    there = [w for w in settled(wishes, place(before, wishes)) if w.current in known]
    moves = rebalance(nodes, there)
    assert moves == rebalance(list(reversed(nodes)), list(reversed(there)))
    assert len({move.vm for move in moves}) == len(moves)
    held = [replace(wish, held="it is held") for wish in there]
    assert rebalance(nodes, held) == []
    assert all(move.target != move.source and move.why for move in moves)
    homes = {wish.name: wish.current for wish in there}
    full = set(over(nodes, homes, [replace(wish, storage={}, overlays=()) for wish in there]))
    apart = set(together(there, homes))
    _check_moves(nodes, there, {m.vm: m.target for m in moves if m.target}, full, apart)


def _check_moves(nodes, there, targets, full=frozenset(), apart=frozenset()) -> None:
    """Whatever was all right before is so after the moves."""
    homes = {wish.name: targets.get(wish.name, wish.current) for wish in there}
    wishes = [
        wish if wish.name in targets else replace(wish, storage={}, overlays=()) for wish in there
    ]
    assert set(over(nodes, homes, wishes)) <= full
    assert set(together(there, homes)) <= apart
    assert not [
        wish for wish in there if wish.name in targets and unfit(nodes, wish, targets[wish.name])
    ]
