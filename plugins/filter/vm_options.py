# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which variables of a host are options of its vm."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vm_options
author: vmrt contributors
short_description: Options of a vm from the variables of a host
version_added: 0.1.0
description:
  - Takes the variables of a host whose names begin with C(vmrt_) and returns those that are options
    of M(vmrt.libvirt.vm), under the names that the module knows.
  - Variables that mean something else to this collection, such as C(vmrt_node), are left out. Any
    other name is refused, so that a slip of the pen does not go unnoticed.
options:
  _input:
    description: Variables by their names.
    type: dict
    required: true
"""

EXAMPLES = r"""
# {'memory': '2GiB', 'vcpus': 2}
- ansible.builtin.debug:
    msg: "{{ {'vmrt_memory': '2GiB', 'vmrt_vcpus': 2, 'vmrt_node': 'node1'}
      | vmrt.libvirt.vm_options }}"
"""

RETURN = r"""
_value:
  description: Options of M(vmrt.libvirt.vm) and their values.
  type: dict
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.argument_spec import argument_spec

PREFIX = "vmrt_"
# What hosts carry besides the options of a vm.
OTHERS = (
    *("cordoned", "hosting", "image_catalog", "images", "known_hosts", "networks", "node"),
    *("peer_uri", "placement", "pools", "real", "secrets", "seeds", "uri"),
)


def vm_options(variables: Mapping[str, Any]) -> dict[str, Any]:
    """The options by their names. Raises AnsibleFilterError for a name that nothing knows."""
    known = set(argument_spec(VM))
    options = {}
    for variable, value in variables.items():
        name = variable[len(PREFIX) :]
        if name in known:
            options[name] = value
        elif name not in OTHERS:
            raise AnsibleFilterError(_unknown(name, {*known, *OTHERS}))
    return options


def _unknown(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1)
    hint = f"Did you mean {PREFIX}{close[0]}?" if close else "See ansible-doc vmrt.libvirt.vm."
    return f"{PREFIX}{name}: a vm has no option '{name}'. {hint}"


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"vm_options": vm_options}
