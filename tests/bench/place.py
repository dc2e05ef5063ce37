# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Place many vms on many nodes, on one core; no lab is needed."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "collections"))

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.place import place
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node, Term, Wish
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB

KVM = frozenset({("kvm", "x86_64")})
LAN = frozenset({"lan"})


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.place", description=__doc__)
    parser.add_argument("--vms", type=int, default=10_000)
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--distinct", action="store_true", help="each vm has a size of its own")
    options = parser.parse_args()
    nodes = [_node(number) for number in range(options.nodes)]
    chance = random.Random(1)
    wishes = [_vm(number, chance, options.distinct) for number in range(options.vms)]
    decisions = place(nodes, wishes)
    print(f"{sum(one.node is not None for one in decisions.values())} placed")


def _node(number: int) -> Node:
    return Node(
        name=f"node{number}",
        cpus=64,
        memory=512 * GIB,
        storage={"default": 20_000 * GIB},
        networks=LAN,
        labels={"zone": "abc"[number % 3]},
        arch="x86_64",
        runs=KVM,
        cpu_overcommit=4.0,
    )


def _vm(number: int, chance: random.Random, distinct: bool) -> Wish:
    """Ten of them are an application, half of which are kept apart; every fifth asks for a zone,
    and every seventh would like to be with another one."""
    size, own = chance.choice([1, 2, 4, 8]), chance.randrange(GIB) if distinct else 0
    app = frozenset({("app", f"app{number // 10}")})
    apart, near = Term(labels=app), Term(vms=frozenset({f"vm{number - 1}"}), required=False)
    return Wish(
        name=f"vm{number}",
        vcpus=size,
        memory=size * 2 * GIB + own,
        storage={"default": 20 * GIB + own},
        networks=LAN,
        labels=dict(app),
        node_selector={"zone": "abc"[number % 3]} if number % 5 == 0 else {},
        anti_affinity=(apart,) if number % 2 else (),
        affinity=(near,) if number % 7 == 0 else (),
    )


if __name__ == "__main__":
    main()
