# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host of an inventory a vm of a node is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.nodes import Node


@dataclass(frozen=True)
class Host:
    """A vm as a host. ``declared`` tells that the inventory had it before."""

    name: str
    node: Node
    vm: Mapping[str, Any]
    declared: bool


class Hosts:
    """Names of hosts. ``declared`` are the hosts of declared vms by the names of their vms, and
    ``others`` those of everything else that has a name already."""

    def __init__(self, declared: Mapping[str, str], others: set[str]):
        self._declared = declared
        self._others = others
        self.warnings: list[str] = []

    def of(self, found: Mapping[Node, Mapping[str, Any]]) -> Iterator[Host]:
        """All vms. Where nodes have vms of one name, that which runs has it, or the first one."""
        every = [(node, vm) for node, told in found.items() for vm in told["vms"]]
        # Sorting keeps the order of what is equal.
        every.sort(key=lambda one: one[1]["options"]["state"] == "stopped")
        taken: dict[str, str] = {}
        for node, vm in every:
            name = vm["name"]
            try:
                names.name(name)
            except ValueError as error:
                self.warnings.append(f"{node.name}: a vm is left out: {error}")
                continue
            if name in taken:
                self.warnings.append(f"{name} is on {taken[name]} and on {node.name}.")
            known = self._declared.get(name) if name not in taken else None
            host = known or (f"{name}.{node.name}" if name in taken else name)
            taken.setdefault(name, node.name)
            if known is None and host in self._others:
                self.warnings.append(
                    f"{node.name}: the vm {name} is left out, since something that is no vm has "
                    f"the name {host} in the inventory."
                )
                continue
            yield Host(host, node, vm, known is not None)
