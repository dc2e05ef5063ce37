# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that are ours, and that nobody declares."""

from __future__ import annotations

DOCUMENTATION = r"""
name: strays
author: vmrt contributors
short_description: Vms that this collection made and that no inventory declares any more
version_added: 0.2.0
description:
  - Takes vms of a node, and leaves those that were made by this collection and that are declared
    nowhere in the inventory, on whatever node.
  - The playbook C(vmrt.libvirt.prune) removes them.
options:
  _input:
    description: Variables of all hosts, which are C(hostvars).
    type: dict
    required: true
  declared:
    description: Names of all hosts that are declared vms. There has to be one.
    type: list
    elements: str
    required: true
  vms:
    description: The vms of a node, as M(vmrt.libvirt.vm_info) returns them.
    type: list
    elements: dict
    required: true
  labels:
    description:
      - Labels that a vm has to have, each with its value. With them, fleets that share a node leave
        the vms of each other alone.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- ansible.builtin.debug:
    msg: "{{ hostvars | vmrt.libvirt.strays(groups.vmrt_vms, found.vms, {'fleet': 'shop'}) }}"
"""

RETURN = r"""
_value:
  description: The vms, each with its C(name).
  type: list
  elements: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError


def strays(
    hosts: Mapping[str, Mapping[str, Any]],
    declared: Iterable[str],
    vms: Iterable[Mapping[str, Any]],
    labels: Mapping[str, str] | None = None,
) -> list[dict[str, str]]:
    """Their names. Raises AnsibleFilterError where nothing is declared, since all would go."""
    names = {str(hosts[host].get("vmrt_name") or host) for host in declared}
    if not names:
        raise AnsibleFilterError(
            "vmrt_vms: the inventory declares no vm, so every one would be removed. Is it the "
            "right inventory?"
        )
    return [
        {"name": str(vm["name"])}
        for vm in vms
        if vm["name"] not in names and _ours(vm) and _has(vm, labels or {})
    ]


def _ours(vm: Mapping[str, Any]) -> bool:
    """Did this collection make it? One that was adopted is somebody else's still."""
    return "created" in (vm.get("status") or {})


def _has(vm: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    own = vm.get("labels") or {}
    return all(name in own and str(own[name]) == str(value) for name, value in labels.items())


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"strays": strays}
