# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vms that nodes have, as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet
author: vmrt contributors (@vmrt)
short_description: The vms of any number of nodes as an inventory
version_added: 0.2.0
description:
  - Asks the libvirt of each node for its vms, all nodes at the same time, and makes each vm a host.
  - The name of the file has to end with C(vmrt.yml), C(vmrt.yaml), C(libvirt.yml) or
    C(libvirt.yaml), and it has to say C(plugin) V(vmrt.libvirt.fleet).
  - A vm has the variables C(vmrt_<option>), one for each option of M(vmrt.libvirt.vm), with what
    M(vmrt.libvirt.vm_info) would return, and C(vmrt_node), the name of its node. Secrets are left
    out.
  - Beside a declared inventory, which has to come first, the declared vms are the hosts of the
    group C(vmrt_vms). What is declared of them stands. They get the groups of what they are, and
    the one variable C(vmrt_real), a dictionary with what the node says. All other vms are in the
    group C(vmrt_undeclared).
requirements:
  - libvirt-python and lxml, on the controller; pycdlib, where addresses stand in seeds only
options:
  plugin:
    description: Says that the file is for this plugin.
    type: str
    required: true
    choices:
      - vmrt.libvirt.fleet
  nodes:
    description:
      - The nodes. Either a dictionary, in which each name has a URI or a dictionary with the keys
        below, or a list of dictionaries.
      - C(name), the name of the node. Where the inventory has a host of this name, guests behind it
        are reached with that host's own variables.
      - C(uri), the URI of its libvirt as the controller reaches it, also by SSH or TLS.
      - C(jump), where SSH reaches guests through, as V(user@host:port). Without it that is where a
        URI goes that uses SSH itself.
      - They may be templates, so that a login can come from the environment, with
        P(ansible.builtin.env#lookup).
    type: raw
    required: true
  timeout:
    description: Seconds that a node may take for everything.
    type: float
    default: 30
  agent_timeout:
    description:
      - Seconds in which the agents of the guests of a node may tell their addresses, all together.
        Only those are asked whose address nobody else knows; with V(0), none.
    type: float
    default: 4
  parallel:
    description: How many nodes are asked at the same time.
    type: int
    default: 50
  strict:
    description:
      - Whether a node that is away is an error, and not only a warning. So is then an expression in
        O(compose), O(groups) or O(keyed_groups) that can not be evaluated.
  reach:
    description:
      - How Ansible gets into guests.
      - V(auto) is by SSH to the address that is static, then that of a DHCP lease, then that which
        the guest agent tells; through the node where it is one of a network that is behind the
        node; and through the guest agent where there is no address.
      - V(agent) is through the guest agent alone.
      - V(none) sets no variable of a connection.
    type: str
    choices: [auto, agent, none]
    default: auto
  group_by:
    description:
      - What makes groups. V(state) makes C(vmrt_state_running) and others, V(node)
        C(vmrt_node_<name>), V(network) C(vmrt_network_<name>), and V(label)
        C(vmrt_label_<name>_<value>).
      - A character that no group can have becomes an underscore.
    type: list
    elements: str
    choices: [state, node, network, label]
    default: [state, node, network, label]
extends_documentation_fragment:
  - constructed
  - inventory_cache
"""

EXAMPLES = r"""
# fleet.vmrt.yml
plugin: vmrt.libvirt.fleet
nodes:
  node1: qemu+ssh://root@node1.example.com/system
  node2:
    uri: qemu+tls://node2.example.com/system
    jump: admin@node2.example.com
strict: true
compose:
  ansible_user: "'debian'"
groups:
  large: vmrt_vcpus >= 8
keyed_groups:
  - {prefix: tier, key: vmrt_labels.tier | default('')}
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/vmrt
cache_timeout: 60
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    LIBVIRT_IMPORT_ERROR,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import LXML_IMPORT_ERROR
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.address import choose
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.declared import declared_vms
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.groups import groups_of
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.hosts import Host, Hosts
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.node import read_node
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.nodes import Node, nodes_of
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.side_by_side import ask_each
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.trust import marked
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.way import way

_ENDS = ("vmrt.yml", "vmrt.yaml", "libvirt.yml", "libvirt.yaml")
_UNDECLARED = "vmrt_undeclared"
# Names that mean the controller, whatever an inventory says.
_HERE = {"localhost", "127.0.0.1", "::1"}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Reads nodes, and puts what they tell into the inventory."""

    NAME = "vmrt.libvirt.fleet"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(_ENDS)

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        for library, missing in (("libvirt", LIBVIRT_IMPORT_ERROR), ("lxml", LXML_IMPORT_ERROR)):
            if missing:
                raise AnsibleParserError(f"{self.NAME} needs Python's {library} on the controller.")
        try:
            nodes = nodes_of(self.templar.template(self.get_option("nodes")))
        except VmrtError as error:
            raise AnsibleParserError(f"{path}: {error}") from error
        self._put(self._read(nodes, path, cache))

    def _read(self, nodes: list[Node], path: str, cache: bool) -> dict[Node, Mapping[str, Any]]:
        """What each node that answers tells, from the cache if it may come from there."""
        key = self.get_cache_key(path)
        kept = self._cache.get(key) or {} if cache and self.get_option("cache") else {}
        known = {node.name: kept[node.name] for node in nodes if _is_of(node, kept)}
        new = self._ask([node for node in nodes if node.name not in known])
        if new and self.get_option("cache"):
            self._cache[key] = {**known, **new}
        told = {**known, **new}
        return {node: told[node.name] for node in nodes if node.name in told}

    def _ask(self, nodes: list[Node]) -> dict[str, Any]:
        answers = ask_each(
            partial(read_node, agent_seconds=self.get_option("agent_timeout")),
            {node.name: node.uri for node in nodes},
            self.get_option("timeout"),
            max(1, self.get_option("parallel")),
        )
        away = [f"{name}: {one.trouble}" for name, one in answers.items() if one.trouble]
        if away and self.get_option("strict"):
            raise AnsibleParserError("Not all nodes can be read: " + "; ".join(away))
        for trouble in away:
            self.display.warning(f"A node is away, and its vms are not known. {trouble}")
        uris = {node.name: node.uri for node in nodes}
        return {
            name: {"uri": uris[name], **one.value}
            for name, one in answers.items()
            if not one.trouble
        }

    def _put(self, found: dict[Node, Mapping[str, Any]]) -> None:
        declared = declared_vms(self.inventory, self.loader)
        taken = {*self.inventory.hosts, *self.inventory.groups, *_HERE}
        names = Hosts(declared, {*taken, *(node.name for node in found)} - {*declared.values()})
        hosts = list(names.of(found))
        for warning in names.warnings:
            self.display.warning(warning)
        self.inventory.add_group(_UNDECLARED)
        own = [address for told in found.values() for address in told["own"]]
        addresses = choose({host.name: host.vm["addresses"] for host in hosts}, own)
        for host in hosts:
            address = addresses.get(host.name)
            private = bool(address) and address["network"] in found[host.node]["private"]
            self._put_host(host, address, private)

    def _put_host(self, host: Host, address: Mapping[str, Any] | None, private: bool) -> None:
        options = marked({**host.vm["options"], "node": host.node.name})
        if host.declared:
            variables = {"vmrt_real": options}
        else:
            known = host.node.name in self.inventory.hosts
            self.inventory.add_host(host.name, _UNDECLARED)
            variables = {
                **{f"vmrt_{name}": value for name, value in options.items()},
                **way(host.node, known, host.vm, address, private, self.get_option("reach")),
            }
        for name, value in variables.items():
            self.inventory.set_variable(host.name, name, value)
        for group in groups_of(host.vm["options"], host.node.name, self.get_option("group_by")):
            safe = self.inventory.add_group(to_safe_group_name(group, force=True, silent=True))
            self.inventory.add_child(safe, host.name)
        self._construct(host.name, variables)

    def _construct(self, host: str, variables: Mapping[str, Any]) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict)


def _is_of(node: Node, kept: Mapping[str, Any]) -> bool:
    """Is what was kept of the node that which its URI tells?"""
    return node.name in kept and kept[node.name].get("uri") == node.uri
