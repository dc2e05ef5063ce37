# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nodes and wishes from what node_info tells and an inventory declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.registry import REGISTRY
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.migration import NETWORK_POOLS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import PLACEMENT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import (
    Node,
    Overlay,
    Taint,
    Term,
    Toleration,
    Wish,
    times,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import initial

Values = Mapping[str, Any]

# What of the options of a vm says where it can be.
NEEDS = Schema(
    name="vm",
    doc="What a vm needs of a node.",
    fields=(
        *(VM[name] for name in ("hypervisor", "arch", "labels", "memory", "vcpus")),
        Field("placement", PLACEMENT.doc, of=PLACEMENT),
    ),
)

# The options that are read of a vm.
OPTIONS = ("disks", "nics", *(one.name for one in NEEDS.fields))


def read_node(name: str, told: Values, hosting: Values, declared: Values) -> Node:
    """A node from what node_info tells of it, its own ``hosting``, and the ``pools`` and
    ``networks`` that are declared for it, which may still have to be made."""
    return Node(
        name=name,
        cpus=int(told["cpus"]),
        memory=_size(told["memory"]),
        storage={
            **dict.fromkeys(declared["pools"]),
            **{
                pool["name"]: _room(pool, hosting["storage_overcommit"])
                for pool in told.get("storage", ())
                if pool["active"]
            },
        },
        images={
            (pool["name"], image["name"]): _size(image["size"])
            for pool in told.get("storage", ())
            for image in pool.get("images") or ()
        },
        shared=frozenset(
            pool["name"] for pool in told.get("storage", ()) if pool.get("type") in NETWORK_POOLS
        ),
        networks=frozenset((*told.get("networks", ()), *declared["networks"])),
        labels=hosting.get("labels") or {},
        taints=tuple(Taint(**taint) for taint in hosting.get("taints") or ()),
        arch=str(told.get("arch", "")),
        runs=frozenset(_runs(told)),
        cpu_overcommit=hosting["cpu_overcommit"],
        memory_overcommit=hosting["memory_overcommit"],
        reserved_cpus=hosting["reserved_cpus"],
        reserved_memory=hosting["reserved_memory"],
        memory_overhead=hosting["memory_overhead"],
    )


def _room(pool: Values, overcommit: float) -> int:
    """What the volumes that are there do not need once they are full."""
    available, allocated, provisioned = (
        _size(pool.get(key, "0B")) for key in ("available", "allocated", "provisioned")
    )
    return times(available + allocated, overcommit) - max(allocated, provisioned)


def _runs(told: Values) -> Iterable[tuple[str, str]]:
    node = {"guests": (), **told}
    for one in REGISTRY.values():
        for guest in node["guests"]:
            if one.offered(node, guest["arch"]):
                yield one.name, guest["arch"]


def read_resident(node: str, told: Values) -> Wish:
    """A vm that a node has."""
    return Wish(
        name=str(told["name"]),
        vcpus=int(told.get("vcpus", 1)),
        memory=_size(told.get("memory", "0B")),
        labels=dict(told.get("labels") or {}),
        current=node,
    )


def read_wish(name: str, declared: Values, groups: Iterable[str], names: Values) -> Wish:
    """A vm as it is declared: ``declared`` holds options of a vm and ``placement``. ``names`` are
    the names of vms by their hosts, where they are others. Raises every complaint at once."""
    known = {one.name: declared.get(one.name) for one in NEEDS.fields}
    values = {**initial(NEEDS), **accept(NEEDS, known, "vmrt_")}
    asked = values.get("placement", {})
    chosen = values["hypervisor"]
    disks = [one for one in _present(declared.get("disks")) if not _is_elsewhere(one)]
    return Wish(
        name=name,
        vcpus=values["vcpus"],
        memory=values["memory"],
        storage=_volumes(disks),
        overlays=tuple(_overlays(disks)),
        networks=frozenset(
            str(nic["network"]) for nic in _present(declared.get("nics")) if nic.get("network")
        ),
        labels=values.get("labels", {}),
        groups=frozenset(groups),
        hypervisor=None if chosen == "auto" else chosen,
        arch=values.get("arch"),
        node_selector=asked.get("node_selector", {}),
        affinity=_terms("affinity", asked, names),
        anti_affinity=_terms("anti_affinity", asked, names),
        tolerations=tuple(Toleration(**one) for one in asked.get("tolerations", ())),
        strategy=asked.get("strategy", PLACEMENT["strategy"].default),
    )


def _terms(option: str, asked: Values, names: Values) -> tuple[Term, ...]:
    terms = tuple(_term(one, names) for one in asked.get(option, ()))
    if not all(map(str, terms)):
        raise VmrtError(
            "means no vms",
            option=f"vmrt_placement.{option}",
            hint="Say which vms, by their names, their groups or their labels.",
        )
    return terms


def _term(term: Values, names: Values) -> Term:
    return Term(
        vms=frozenset(names.get(one, one) for one in term.get("vms", ())),
        groups=frozenset(term.get("groups", ())),
        labels=frozenset(term.get("labels", {}).items()),
        required=term["required"],
        weight=term["weight"],
    )


def _volumes(disks: Iterable[Values]) -> dict[str, int]:
    """The room that the volumes of new disks need, by pool. Of one whose size is that of its image
    it depends on the node."""
    needed: dict[str, int] = {}
    for disk in disks:
        pool = _pool(disk)
        try:
            size = DISK["size"].codec.parse(disk["size"]) if disk.get("size") else 0
        except ValueError as error:
            raise VmrtError(str(error), option=f"vmrt_disks[{disk.get('name')}].size") from error
        needed[pool] = needed.get(pool, 0) + size
    return needed


def _overlays(disks: Iterable[Values]) -> Iterable[Overlay]:
    for disk in disks:
        if disk.get("image") and not disk.get("size"):
            pool = _pool(disk)
            yield Overlay(pool, str(disk.get("image_pool") or pool), str(disk["image"]))


def _pool(disk: Values) -> str:
    return str(disk.get("pool") or DISK["pool"].initial)


def _is_elsewhere(disk: Values) -> bool:
    """Is it no volume of a pool?"""
    return any(disk.get(source) for source in ("path", "network", "nvme", "vhost_user"))


def _present(things: Iterable[Values] | None) -> Iterable[Values]:
    return [one for one in things or () if one.get("state") != "absent"]


def _size(text: Any) -> int:
    return units.parse_size(text, zero=True)
