# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find moves for vms, on the controller."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.moves import PLAN_MOVES
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.drain import drain
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import (
    moves_as_data,
    moves_table,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.rebalance import rebalance
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import (
    Nodes,
    inhabitants,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Move, Wish
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.placing import NODES, Inventory


class ActionModule(ActionBase):
    """Reads the variables of all vms and nodes, and what the nodes said of themselves."""

    _supports_check_mode = True
    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec(argument_spec=argument_spec(PLAN_MOVES))
        inventory = Inventory(task_vars or {})
        told = inventory.nodes(args["nodes"], [])
        declared, errors = inventory.vms()
        broken = {inventory.name(host): said for host, said in errors.items()}
        wishes = inhabitants(declared, told, broken)
        if args["drain"] is None:
            found = rebalance(told.nodes, wishes, args["gain"])
        else:
            found = _drained(told, wishes, args["drain"])
        moves = [
            {**one, "destination": inventory.reached(one["target"])}
            for one in moves_as_data(one for one in found if one.target)
        ]
        stays = moves_as_data(one for one in found if not one.target)
        return {
            **result,
            "changed": False,
            "moves": moves,
            "stays": stays,
            "table": moves_table(found),
        }


def _drained(told: Nodes, wishes: Collection[Wish], node: str) -> list[Move]:
    """The moves off a node, of which it has to be certain what is there."""
    names = sorted(one.name for one in told.nodes)
    if node not in names:
        said = f"'{node}' is no host of the group {NODES}" if node else "no node is named"
        raise AnsibleActionFail(f"drain: {said}. The group has: {', '.join(names)}.")
    if node in told.silent or node in told.bare:
        said = told.silent.get(node, "it does not run libvirt.")
        raise AnsibleActionFail(f"drain: {node} can not tell which vms it has: {said}")
    return drain(told.nodes, wishes, node)
