# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a pool, with all that it holds where that is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import activity
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import DeleteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan, Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import (
    naming,
    overlays,
    vms,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all


def plan_removal(given: Mapping[str, Any], seen: Seen | None, facts: NodeFacts) -> Plan:
    """Take a pool away. Raises VmrtError that says who needs what it holds."""
    end = activity.remove("pool", seen)
    if seen is None or not given.get("delete_contents"):
        return end
    if not seen.active:
        raise VmrtError(
            "what a pool holds that is not active can not be known",
            option="delete_contents",
            hint="Start it with state=active first, or leave this option out.",
        )
    volumes = facts.volumes(seen.name)
    raise_all([error for one in volumes for error in _needed(one, facts)])
    # An overlay goes before what it is an overlay of.
    lower = {one.backing for one in volumes}
    ordered = sorted(volumes, key=lambda one: (one.path in lower, one.name))
    return replace(
        end,
        actions=(*(DeleteVolume(seen.name, one.name) for one in ordered), *end.actions),
        before={**end.before, "volumes": sorted(one.name for one in volumes)},
        after={**end.after, "volumes": []},
    )


def _needed(volume: VolumeSeen, facts: NodeFacts) -> list[VmrtError]:
    by = [f"the vm '{vm}'" for vm in sorted({*vms(volume, facts), *naming(volume, facts)})]
    by += [
        f"its overlay {one.pool}/{one.name}"
        for one in overlays(volume, facts)
        if one.pool != volume.pool
    ]
    if not by:
        return []
    return [
        VmrtError(
            f"the volume '{volume.name}' is needed by {', '.join(by)}",
            option="delete_contents",
            hint="Remove these first; nothing was deleted.",
        )
    ]
