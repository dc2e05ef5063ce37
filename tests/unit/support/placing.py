# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes and vms to place, and any number of random ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Decision,
    Node,
    Overlay,
    Taint,
    Term,
    Toleration,
    Wish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB

KVM = frozenset({("kvm", "x86_64"), ("qemu", "x86_64")})
NODE = Node(
    name="node1",
    cpus=8,
    memory=16 * GIB,
    storage={"default": 100 * GIB},
    networks=frozenset({"lan"}),
    arch="x86_64",
    runs=KVM,
)


def node(name: str, **more: Any) -> Node:
    return replace(NODE, name=name, **more)


def nodes(count: int, **more: Any) -> list[Node]:
    return [node(f"node{number}", **more) for number in range(1, count + 1)]


def vm(name: str, **more: Any) -> Wish:
    return Wish(name, **{"memory": GIB, **more})


def with_vms(*names: str, **more: Any) -> tuple[Term, ...]:
    return (Term(vms=frozenset(names), **more),)


def with_labels(**labels: str) -> tuple[Term, ...]:
    return (Term(labels=frozenset(labels.items())),)


def with_group(group: str, **more: Any) -> tuple[Term, ...]:
    return (Term(groups=frozenset({group}), **more),)


def settled(wishes: list[Wish], decisions: Mapping[str, Decision]) -> list[Wish]:
    """The vms as the next run finds them: each that got a place is there."""
    return [
        replace(wish, current=decisions[wish.name].node, pinned=None)
        for wish in wishes
        if decisions[wish.name].node
    ]


def means(term: Term, wish: Wish) -> bool:
    """Does a term speak of a vm? Said once more in the simplest way."""
    return (
        wish.name in term.vms
        or bool(term.groups & wish.groups)
        or (bool(term.labels) and term.labels <= set(wish.labels.items()))
    )


_NAMES = [f"vm{number}" for number in range(8)]
_LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"), max_size=2)
_GROUPS = st.frozensets(st.sampled_from(["web", "db"]), max_size=2)
_TERMS = st.one_of(
    st.builds(
        Term,
        vms=st.frozensets(st.sampled_from(_NAMES), min_size=1, max_size=2),
        required=st.booleans(),
    ),
    st.builds(
        Term,
        groups=st.frozensets(st.sampled_from(["web", "db"]), min_size=1),
        required=st.booleans(),
    ),
    st.builds(
        Term,
        labels=st.frozensets(
            st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), min_size=1, max_size=2
        ),
        required=st.booleans(),
    ),
)
_FEW = st.lists(_TERMS, max_size=2).map(tuple)
_KEYS = st.sampled_from(["own", "gpu"])

NODES = st.lists(
    st.builds(
        Node,
        name=st.sampled_from(["node1", "node2", "node3", "node4"]),
        cpus=st.integers(1, 8),
        memory=st.integers(1, 16).map(lambda size: size * GIB),
        storage=st.dictionaries(
            st.sampled_from(["default", "fast"]),
            st.one_of(st.none(), st.integers(0, 40).map(lambda size: size * GIB)),
        ),
        images=st.dictionaries(
            st.tuples(st.just("default"), st.sampled_from(["a", "b"])),
            st.integers(1, 20).map(lambda size: size * GIB),
        ),
        networks=st.just(frozenset({"lan"})),
        labels=_LABELS,
        taints=st.lists(st.builds(Taint, key=_KEYS), max_size=1).map(tuple),
        arch=st.just("x86_64"),
        runs=st.sampled_from([KVM, frozenset({("qemu", "x86_64")})]),
        cpu_overcommit=st.sampled_from([1.0, 1.5, 4.0]),
        memory_overcommit=st.sampled_from([1.0, 1.2]),
        reserved_cpus=st.integers(0, 2),
        reserved_memory=st.sampled_from([0, GIB]),
        memory_overhead=st.sampled_from([0, GIB // 8]),
        away=st.sampled_from(["", "", "", "it does not answer"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.name,
)
WISHES = st.lists(
    st.builds(
        Wish,
        name=st.sampled_from(_NAMES),
        vcpus=st.integers(1, 4),
        memory=st.integers(1, 6).map(lambda size: size * GIB),
        storage=st.dictionaries(
            st.sampled_from(["default", "fast"]),
            st.integers(0, 20).map(lambda size: size * GIB),
            max_size=1,
        ),
        overlays=st.lists(
            st.builds(
                Overlay,
                pool=st.sampled_from(["default", "fast"]),
                image_pool=st.just("default"),
                image=st.sampled_from(["a", "b"]),
            ),
            max_size=1,
        ).map(tuple),
        networks=st.sampled_from([frozenset(), frozenset({"lan"})]),
        labels=_LABELS,
        groups=_GROUPS,
        hypervisor=st.sampled_from([None, None, "kvm"]),
        node_selector=st.one_of(st.just({}), st.just({}), _LABELS),
        affinity=_FEW,
        anti_affinity=_FEW,
        tolerations=st.lists(st.builds(Toleration, key=_KEYS), max_size=1).map(tuple),
        strategy=st.sampled_from(["spread", "pack"]),
    ),
    max_size=8,
    unique_by=lambda one: one.name,
)
