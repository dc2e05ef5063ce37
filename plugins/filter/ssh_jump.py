# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to a guest through its node."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ssh_jump
author: vmrt contributors
short_description: SSH arguments that reach a guest through its node
version_added: 0.1.0
description:
  - Returns arguments for C(ansible_ssh_common_args) of the guests of a node, so that SSH reaches
    them through the node as Ansible itself reaches the node, with the same user, port, key and
    arguments.
  - The node finds the address of a guest by the guest's name; the role P(vmrt.libvirt.node#role)
    sets it up for that. So inventories need no addresses of guests.
  - A node that Ansible reaches without SSH, such as the controller itself, needs no jump.
options:
  _input:
    description: Variables of all hosts, which are C(hostvars).
    type: dict
    required: true
  node:
    description: Name of the node in the inventory, or an empty text for a vm that is on none yet.
    type: str
    required: true
"""

EXAMPLES = r"""
# In group_vars/vmrt_vms.yml:
ansible_ssh_common_args: "{{ hostvars | vmrt.libvirt.ssh_jump(vmrt_node) }}"

# Where a node is found for vms that name none, it is ssh_jump(vmrt_node | default('')).
"""

RETURN = r"""
_value:
  description: Arguments of C(ssh).
  type: str
"""

import shlex
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

_SSH = ("ssh", "smart", "ansible.builtin.ssh")


def ssh_jump(hosts: Mapping[str, Mapping[str, Any]], node: str) -> str:
    """Arguments of ssh, or "" for a node that is not reached by SSH, and where there is none yet.

    Raises AnsibleFilterError for a node that the inventory does not have.
    """
    if not node:
        return ""
    if node not in hosts:
        raise AnsibleFilterError(
            f"vmrt_node: there is no host '{node}' in the inventory. "
            "Give the name of a host of the group vmrt_nodes."
        )
    return _arguments(hosts[node])


def _arguments(node: Mapping[str, Any]) -> str:
    if node.get("ansible_connection", "ssh") not in _SSH:
        return ""
    words = ["ssh", "-o", "BatchMode=yes"]
    for option, names in (
        ("-i", ("ansible_ssh_private_key_file", "ansible_private_key_file")),
        ("-p", ("ansible_port", "ansible_ssh_port")),
        ("-l", ("ansible_user", "ansible_ssh_user")),
    ):
        value = next((node[name] for name in names if node.get(name)), None)
        words += [option, str(value)] if value else []
    for name in ("ansible_ssh_common_args", "ansible_ssh_extra_args"):
        words += shlex.split(str(node.get(name) or ""))
    words.append(str(node.get("ansible_host") or node["inventory_hostname"]))
    # The outer ssh expands what begins with a percent sign, and the inner one should.
    inner = [word.replace("%", "%%") for word in words]
    inner[1:1] = ["-W", "[%h]:%p"]
    return shlex.join(["-o", f"ProxyCommand={shlex.join(inner)}"])


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"ssh_jump": ssh_jump}
