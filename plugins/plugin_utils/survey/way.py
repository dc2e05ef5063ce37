# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Ansible gets into a guest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.filter.ssh_jump import ssh_jump
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.nodes import Node
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.trust import marked, trusted

AUTO, AGENT, NONE = "auto", "agent", "none"
# With the variables that the inventory has of the node, whatever they become later.
_JUMP = "{{ hostvars | vmrt.libvirt.ssh_jump(vmrt_node) }}"


def way(
    node: Node,
    known: bool,
    vm: Mapping[str, Any],
    address: Mapping[str, Any] | None,
    private: bool,
    reach: str,
) -> dict[str, Any]:
    """The variables of a connection. ``known`` tells that the node is a host of the inventory,
    and ``private`` that the address is one of a network behind the node."""
    if reach == NONE:
        return {}
    if reach == AUTO and address:
        jump = _jump(node, known) if private and not node.here else ""
        return {
            "ansible_host": trusted(address["address"]),
            **({"ansible_ssh_common_args": trusted(jump)} if jump else {}),
        }
    if vm["agent"]:
        return {
            "ansible_connection": trusted("vmrt.libvirt.guest_agent"),
            "ansible_guest_agent_vm": marked(vm["name"]),
            "ansible_guest_agent_uri": trusted(node.uri),
        }
    return {}


def _jump(node: Node, known: bool) -> str:
    if known:
        return _JUMP
    variables = {"inventory_hostname": node.name, **node.jump_variables()}
    return ssh_jump({node.name: variables}, node.name) if node.jump else ""
