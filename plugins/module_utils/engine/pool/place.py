# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a new pool is that nobody gave a target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import FOLDERS, POOL, TARGETS

# Distributions label what is in here for the use by machines.
_IMAGES = "/var/lib/libvirt/images"


def initial_target(given: Mapping[str, Any]) -> str | None:
    """Its folder, or the one in which the node shows its volumes; None where there is none."""
    kind, name = given.get("type") or POOL["type"].initial, given["name"]
    if kind in FOLDERS:
        return _IMAGES if name == "default" else f"{_IMAGES}/{name}"
    if kind == "logical":
        return f"/dev/{given.get('source_name') or name}"
    return TARGETS.get(kind)
