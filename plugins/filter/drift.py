# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is declared beside what is there."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
author: vmrt contributors
short_description: How a declared fleet and the real one differ
version_added: 0.2.0
description:
  - Compares what the nodes of an inventory said with what is declared of their vms.
  - The playbook C(vmrt.libvirt.drift) uses it.
options:
  _input:
    description: Variables of all hosts, which are C(hostvars).
    type: dict
    required: true
  declared:
    description: Names of all hosts that are declared vms.
    type: list
    elements: str
    required: true
  asked:
    description:
      - Names of the hosts that the run is about. Each node was asked by one of them, which has kept
        the answers in the variable C(fleet_said).
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- ansible.builtin.debug:
    msg: "{{ hostvars | vmrt.libvirt.drift(groups.vmrt_vms, ansible_play_hosts_all) }}"
"""

RETURN = r"""
_value:
  description:
    - C(drift) tells whether anything differs. C(totals) has numbers, C(nodes) what each node has
      and uses, and C(vms) all vms, each with C(drift) and C(what).
  type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.plugin_utils.drift.compare import Declared, compare


def drift(
    hosts: Mapping[str, Mapping[str, Any]], declared: Iterable[str], asked: Iterable[str]
) -> dict[str, Any]:
    """The difference as plain data."""
    run = list(asked)
    said = [hosts[host]["fleet_said"] for host in run if "fleet_said" in hosts[host]]
    unplaced: dict[str, str] = {}
    for host in run:
        placed = hosts[host].get("fleet_placed") or {}
        unplaced.update(placed.get("failures") or {})
    return compare(said, [_declared(host, hosts[host], host in run) for host in declared], unplaced)


def _declared(host: str, variables: Mapping[str, Any], asked: bool) -> Declared:
    node = variables.get("vmrt_node")
    return Declared(
        host, str(variables.get("vmrt_name") or host), str(node) if node else None, asked
    )


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"drift": drift}
