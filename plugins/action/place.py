# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find nodes for vms, on the controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import PLACE
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.assign import (
    Assignment,
    assign,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import as_data, table
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.placing import Inventory


class ActionModule(ActionBase):
    """Reads the variables of all vms and nodes, and what the nodes said of themselves."""

    _supports_check_mode = True
    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec(argument_spec=argument_spec(PLACE))
        inventory = Inventory(task_vars or {})
        told = inventory.nodes(args["nodes"], args["lost"])
        wanted = set(args["hosts"])
        declared, errors = inventory.vms(wanted)
        found = assign(declared, told, args["new"], args["explain"])
        errors = {host: said for host, said in errors.items() if host in wanted}
        return {**result, "changed": False, **_shown(found, errors, args["explain"])}


def _shown(found: Assignment, errors: Mapping[str, str], explain: bool) -> dict[str, Any]:
    decisions = found.decisions
    return {
        "placements": dict(sorted(found.nodes.items())),
        "failures": {**{host: str(error) for host, error in found.errors.items()}, **errors},
        "chosen": sorted(host for host, one in decisions.items() if one.node is not None),
        "nowhere": found.nowhere,
        "unknown": found.unknown,
        "decisions": {host: as_data(one) for host, one in decisions.items()} if explain else {},
        "table": table(decisions.values()) if explain else [],
    }
