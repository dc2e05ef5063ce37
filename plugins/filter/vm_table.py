# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms as a table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: vm_table
author: vmrt contributors
short_description: A table of vms
version_added: 0.1.0
description:
  - Renders vms, as M(vmrt.libvirt.vm_info) returns them, as lines of a table with a line of titles.
options:
  _input:
    description:
      - Vms, each a dictionary. For a wide table each also has C(node), the name of its node.
    type: list
    elements: dict
    required: true
  wide:
    description: Whether the table also has the node, and the networks with their addresses.
    type: bool
    default: false
  now:
    description:
      - The time that ages are counted to, in seconds since 1970.
      - Without it the present time counts.
    type: float
"""

EXAMPLES = r"""
- name: Read the vms of a node
  vmrt.libvirt.vm_info:
  register: found

- name: Show them
  ansible.builtin.debug:
    msg: "{{ found.vms | vmrt.libvirt.vm_table }}"
"""

RETURN = r"""
_value:
  description: Lines of the table.
  type: list
  elements: str
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.plugin_utils.text_table import aligned, printable

_NOTHING = "-"
_UNITS = (("d", 86400), ("h", 3600), ("m", 60))


def vm_table(
    vms: Iterable[Mapping[str, Any]], wide: bool = False, now: float | None = None
) -> list[str]:
    """Lines without blanks at their ends, the titles first."""
    titles = ("NAME", "STATUS", "RESTARTS", "AGE", *(("NODE", "NETWORKS(IP)") if wide else ()))
    moment = time.time() if now is None else now
    rows = [tuple(map(printable, _row(vm, wide, moment))) for vm in vms]
    return aligned([titles, *rows])


def _row(vm: Mapping[str, Any], wide: bool, now: float) -> tuple[str, ...]:
    there = vm.get("state") != "absent"
    status = vm.get("status") or {}
    row = (
        str(vm["name"]),
        str(status.get("phase") or "Absent"),
        str(status.get("restarts", 0)) if there else _NOTHING,
        _age(status.get("created"), now),
    )
    return (*row, str(vm.get("node", _NOTHING)), _networks(vm)) if wide else row


def _age(created: float | None, now: float) -> str:
    """The largest unit in which it is at least 2, or the smaller one: 119s, 3m, 47h, 2d."""
    if created is None:
        return _NOTHING
    seconds = max(0, int(now - created))
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _networks(vm: Mapping[str, Any]) -> str:
    addresses = (vm.get("status") or {}).get("addresses") or ()
    shown = []
    for nic in vm.get("nics") or ():
        found = [one["address"] for one in addresses if one["nic"] == nic["name"]]
        # Every interface gives itself a link-local address, of which a reader learns nothing.
        told = [address for address in found if not address.startswith("fe80:")]
        where = nic.get("network") or nic.get("bridge") or nic["name"]
        shown.append(f"{where}({' '.join(told) or _NOTHING})")
    return ", ".join(shown) or _NOTHING


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"vm_table": vm_table}
