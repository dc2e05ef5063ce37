# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The groups that a vm is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

BY = ("state", "node", "network", "label")


def groups_of(options: Mapping[str, Any], node: str, kinds: Any = BY) -> list[str]:
    """Names of groups by the kinds asked for, as somebody wrote their parts."""
    return [group for kind, group in _groups(options, node) if kind in kinds]


def _groups(options: Mapping[str, Any], node: str) -> Iterator[tuple[str, str]]:
    yield "state", f"vmrt_state_{options['state']}"
    yield "node", f"vmrt_node_{node}"
    for nic in options.get("nics") or ():
        network = nic.get("network") or nic.get("bridge")
        if network:
            yield "network", f"vmrt_network_{network}"
    for name, value in (options.get("labels") or {}).items():
        yield "label", f"vmrt_label_{name}_{value}"
