# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where vms are that do not say so: the nodes are asked each time, and nothing else is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def whereabouts(vm: str, found: Collection[str], silent: Mapping[str, str]) -> str | None:
    """The node of a vm that was ``found`` on some nodes, or None for a vm that there is not yet.
    ``silent`` are the nodes of which nothing is known, each with what it said instead.

    Raises VmrtError where it is not certain: nothing may be made twice.
    """
    if len(found) > 1:
        raise VmrtError(
            f"{vm} is on {' and on '.join(sorted(found))}",
            option="vmrt_node",
            hint="Name the node that it belongs on in vmrt_node, and remove the other one.",
        )
    if found:
        (node,) = found
        return node
    if silent:
        told = " ".join(f"{node}: {said.rstrip('.')}." for node, said in sorted(silent.items()))
        raise VmrtError(
            f"{vm} is on none of the nodes that answer, and may be on one that does not: {told}",
            option="vmrt_node",
            hint="Bring it back; or name the node of the vm in vmrt_node; or, where a node will "
            "not come back, name it in lost_nodes or take it out of the group vmrt_nodes.",
        )
    return None
