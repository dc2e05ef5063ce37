# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pools, networks and images of a node will be."""

from __future__ import annotations

DOCUMENTATION = r"""
name: foreseen
author: vmrt contributors
short_description: What later tasks of a play will find on a node
version_added: 0.1.0
description:
  - Takes pools, networks and images as an inventory declares them, and returns the option
    C(foreseen) of the modules of this collection.
  - With it a task in check mode knows the things that earlier tasks would have made, and
    predicts what it would do itself.
options:
  _input:
    description:
      - A dictionary with the lists C(pools), C(networks) and C(images), whose items are options
        of M(vmrt.libvirt.pool), M(vmrt.libvirt.network) and M(vmrt.libvirt.image).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Converge a vm
  vmrt.libvirt.vm:
    name: web1
    foreseen: "{{ {'networks': vmrt_networks, 'images': vmrt_images} | vmrt.libvirt.foreseen }}"
"""

RETURN = r"""
_value:
  description: Networks, pools and volumes.
  type: dict
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.place import initial_target


def foreseen(declared: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Any]:
    """The option ``foreseen``: what is declared, and not declared to be absent or inactive."""
    return {
        "networks": [one["name"] for one in _active(declared, "networks")],
        "pools": [
            {"name": one["name"], "target": one.get("target") or initial_target(one)}
            for one in _active(declared, "pools")
        ],
        "volumes": [
            {"pool": one.get("pool") or "default", "name": one["name"]}
            for one in _there(declared, "images")
        ],
    }


def _there(
    declared: Mapping[str, Iterable[Mapping[str, Any]]], kind: str
) -> list[Mapping[str, Any]]:
    return [one for one in declared.get(kind) or () if one.get("state") != "absent"]


def _active(
    declared: Mapping[str, Iterable[Mapping[str, Any]]], kind: str
) -> list[Mapping[str, Any]]:
    """An inventory's pools and networks are started where it does not say otherwise."""
    return [one for one in declared.get(kind) or () if one.get("state") in (None, "active")]


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Any]:
        return {"foreseen": foreseen}
