# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find nodes for vms, on the controller."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import HOSTING, PLACE
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.assign import (
    Assignment,
    Declared,
    Nodes,
    assign,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.explain import as_data, table
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.reading import (
    OPTIONS,
    read_node,
    read_resident,
    read_wish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_NODES = "vmrt_nodes"
_VMS = "vmrt_vms"


class ActionModule(ActionBase):
    """Reads the variables of all vms and nodes, and what the nodes said of themselves."""

    _supports_check_mode = True
    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        _validated, args = self.validate_argument_spec(argument_spec=argument_spec(PLACE))
        inventory = _Inventory(task_vars or {})
        told = inventory.nodes(args["nodes"], args["lost"])
        for node, said in sorted(told.silent.items()):
            Display().warning(f"{node} does not answer, so nothing is placed there: {said}")
        wanted, errors = set(args["hosts"]), {}
        declared = list(inventory.vms(wanted, errors))
        found = assign(declared, told, args["new"], args["explain"])
        return {**result, "changed": False, **_shown(found, errors, args["explain"])}


def _shown(found: Assignment, errors: Mapping[str, str], explain: bool) -> dict[str, Any]:
    decisions = found.decisions
    return {
        "placements": dict(sorted(found.nodes.items())),
        "failures": {**{host: str(error) for host, error in found.errors.items()}, **errors},
        "nowhere": found.nowhere,
        "unknown": found.unknown,
        "decisions": {host: as_data(one) for host, one in decisions.items()} if explain else {},
        "table": table(decisions.values()) if explain else [],
    }


class _Inventory:
    """What the inventory says of the hosts of the fleet."""

    def __init__(self, task_vars: Mapping[str, Any]) -> None:
        groups = task_vars["groups"]
        self._hostvars = task_vars["hostvars"]
        self._nodes = list(groups.get(_NODES, ()))
        self._vms = list(groups.get(_VMS, ()))
        self._variables: dict[str, Mapping[str, Any]] = {}
        self._in_play = set(task_vars.get("ansible_play_batch", ()))

    def nodes(self, results: list[Mapping[str, Any]], lost: list[str]) -> Nodes:
        """The nodes, from what came of asking each of them."""
        asked = {str(one.get("item")): one for one in results}
        nodes, residents, silent, bare = [], [], {}, []
        for name in self._nodes:
            said = asked.get(name, {})
            if said.get("skipped"):
                bare.append(name)
                nodes.append(Node(name, away="it does not run libvirt yet"))
            elif name in lost:
                nodes.append(Node(name, away="it is lost"))
            elif "node" in said:
                nodes.append(self._node(name, said["node"]))
                residents += [read_resident(name, vm) for vm in said["node"].get("vms", ())]
            else:
                silent[name] = str(said.get("msg") or "it was not asked")
                nodes.append(Node(name, away="it does not answer"))
        return Nodes(nodes, residents, silent, bare)

    def _node(self, name: str, told: Mapping[str, Any]) -> Node:
        try:
            declared = {
                kind: [
                    str(one["name"])
                    for one in self._variable(name, kind) or ()
                    if one.get("state") != "absent"
                ]
                for kind in ("pools", "networks")
            }
            hosting = accept(HOSTING, self._variable(name, "hosting") or {}, "vmrt_hosting.")
            return read_node(name, told, hosting, declared)
        except (VmrtError, AnsibleError) as error:
            raise AnsibleActionFail(f"{name}: {error}") from error

    def vms(self, wanted: set[str], errors: dict[str, str]) -> Iterator[Declared]:
        """The vms. One whose variables are no good has an error, if its node is wanted."""
        renamed = {host: name for host in self._vms if (name := self._name(host)) != host}
        for host in self._vms:
            try:
                yield self._vm(host, renamed, host in wanted)
            except (VmrtError, AnsibleError) as error:
                errors.update({host: str(error)} if host in wanted else {})
        for host in sorted(wanted.difference(self._vms)):
            errors[host] = f"hosts: {host} is no host of the group {_VMS}."

    def _name(self, host: str) -> str:
        try:
            return str(self._variable(host, "name") or host)
        except VmrtError:
            # It is told with the rest of the host.
            return host

    def _vm(self, host: str, renamed: Mapping[str, str], wanted: bool) -> Declared:
        name = str(self._variable(host, "name") or host)
        options = {option: self._variable(host, option) for option in OPTIONS}
        wish = read_wish(name, options, self._of(host)["group_names"], renamed)
        absent = self._variable(host, "state") == "absent"
        pinned = None if wanted else self._variable(host, "node") or None
        return Declared(
            host=host,
            wish=wish if pinned is None else replace(wish, pinned=str(pinned)),
            wanted=wanted,
            absent=absent,
            made=host in self._in_play and not absent,
        )

    def _variable(self, host: str, option: str) -> Any:
        name = f"vmrt_{option}"
        variables = self._of(host)
        try:
            return variables.get(name)
        except AnsibleError as error:
            raise VmrtError(
                str(error),
                option=name,
                hint="It can not depend on the node of a vm that a node is still to be found for.",
            ) from error

    def _of(self, host: str) -> Mapping[str, Any]:
        """The variables of a host, which take Ansible a millisecond to collect."""
        if host not in self._variables:
            self._variables[host] = self._hostvars[host]
        return self._variables[host]
