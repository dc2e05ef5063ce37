# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What placing has to know of an inventory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.placement import HOSTING
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.reading import (
    OPTIONS,
    read_node,
    read_resident,
    read_wish,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.residents import (
    Declared,
    Nodes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.things import Node
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

NODES = "vmrt_nodes"
VMS = "vmrt_vms"


class Inventory:
    """What the inventory says of the hosts of the fleet."""

    def __init__(self, task_vars: Mapping[str, Any]) -> None:
        groups = task_vars["groups"]
        self._hostvars = task_vars["hostvars"]
        self._nodes = list(groups.get(NODES, ()))
        self._vms = list(groups.get(VMS, ()))
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
        for name, text in sorted(silent.items()):
            Display().warning(f"{name} does not answer, so nothing is placed there: {text}")
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
            node = read_node(name, told, hosting, declared)
            return replace(node, away="it is cordoned") if self._cordoned(name) else node
        except (VmrtError, AnsibleError) as error:
            raise AnsibleActionFail(f"{name}: {error}") from error

    def _cordoned(self, name: str) -> bool:
        try:
            return bool(boolean(self._variable(name, "cordoned") or False))
        except TypeError as error:
            raise VmrtError(str(error), option="vmrt_cordoned") from error

    def reached(self, name: str) -> str:
        """The URI at which other nodes reach the libvirt of a node."""
        uri = self._variable(name, "peer_uri")
        if uri:
            return str(uri)
        host = str(self._of(name).get("ansible_host") or name)
        return f"qemu+ssh://root@{f'[{host}]' if ':' in host else host}/system"

    def vms(self, wanted: Collection[str] = ()) -> tuple[list[Declared], dict[str, str]]:
        """The vms, of which a node is ``wanted`` for some; and, by its host, what is wrong with
        each whose variables are no good."""
        renamed = {host: name for host in self._vms if (name := self.name(host)) != host}
        found, errors = [], {}
        for host in self._vms:
            try:
                found.append(self._vm(host, renamed, host in wanted))
            except (VmrtError, AnsibleError) as error:
                errors[host] = str(error)
        for host in sorted(set(wanted).difference(self._vms)):
            errors[host] = f"hosts: {host} is no host of the group {VMS}."
        return found, errors

    def name(self, host: str) -> str:
        """What libvirt calls the vm of a host."""
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
