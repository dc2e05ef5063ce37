# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drift as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.placement.sizes import about
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.drift.compare import CALM, KINDS
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.text_table import aligned, printable


def text(drift: Mapping[str, Any]) -> list[str]:
    """Totals in a line, then the nodes, then what differs; what is as declared is only counted."""
    totals = drift["totals"]
    counts = [f"{totals[kind]} {kind}" for kind in KINDS if totals[kind]]
    head = f"{totals['vms']} vms on {totals['nodes']} nodes: {', '.join(counts) or 'none'}"
    lines = [head, "", *aligned([_NODE, *map(_node, drift["nodes"])])]
    things = [
        (node["name"], one["thing"], one["drift"], _what(one["what"]))
        for node in drift["nodes"]
        for one in node["shared"]
    ]
    differs = [
        (vm["node"] or "-", vm["name"], vm["drift"], _what(vm["what"]))
        for vm in drift["vms"]
        if vm["drift"] not in CALM
    ]
    rows = [tuple(map(printable, row)) for row in (*things, *differs)]
    return [*lines, "", *aligned([("NODE", "NAME", "DRIFT", "WHAT"), *rows])] if rows else lines


_NODE = ("NODE", "VMS", "VCPUS/CPUS", "MEMORY", "STATE")


def _node(node: Mapping[str, Any]) -> tuple[str, ...]:
    if node["away"]:
        return (node["name"], "-", "-", "-", printable(f"away: {node['away']}"))
    memory = f"{about(node['memory_used'])}/{about(node['memory'])}"
    return (node["name"], str(node["vms"]), f"{node['vcpus']}/{node['cpus']}", memory, "answers")


def _what(lines: list[str]) -> str:
    return "; ".join(lines)
