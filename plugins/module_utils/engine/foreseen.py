# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier tasks of a play make, for a later one that runs in check mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, PoolSeen


def foreseen(values: Mapping[str, Any]) -> Foreseen:
    """From the normalised option ``foreseen``, which may be empty."""
    return Foreseen(
        networks=dict.fromkeys(values.get("networks") or (), True),
        pools={
            pool["name"]: PoolSeen(pool["name"], True, "dir", pool.get("target"))
            for pool in values.get("pools") or ()
        },
        volumes={
            (volume["pool"], volume["name"]): volume.get("size")
            for volume in values.get("volumes") or ()
        },
        files=frozenset(values.get("files") or ()),
    )
