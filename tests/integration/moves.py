# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moves of a vm between the two nodes of a lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.integration.play import Task, on, task


def move_to(node: str, name: str, make: Callable[..., Task] = task, **options: Any) -> Task:
    """A move to a node, from the other one."""
    source = {"node1": "node2", "node2": "node1"}[node]
    uri = f"qemu+ssh://root@{node}/system"
    return on(source, make("vm_migrate", **{"name": name, "destination": uri, **options}))


def where(pair: Any, name: str) -> list[str]:
    """The nodes that have the vm."""
    listed = {node.name: node.virsh("list", "--all", "--name").stdout for node in pair.nodes}
    return [node for node, vms in listed.items() if name in vms.split()]
