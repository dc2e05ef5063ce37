# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a volume that nothing needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import DeleteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.catalogue import (
    templates,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import WipeVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import stays_inside
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import (
    other_names,
    overlays,
    vms,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def plan_removal(given: Mapping[str, Any], facts: NodeFacts) -> Plan:
    """Delete ``name`` in ``pool``. Raises VmrtError that says who needs it."""
    name, pool = given["name"], given["pool"]
    if facts.pool(pool) is None:
        return Plan()
    # Whether a pool that is not active holds it can not be told.
    usable_pool(pool, "pool", facts)
    volume = facts.volume(pool, name)
    if volume is None:
        return Plan()
    stays_inside(volume, "name", facts)
    needed = [*needs(volume, facts), *template_of(volume, facts)]
    if needed:
        raise VmrtError(
            f"the volume '{name}' is needed by {', '.join(needed)}",
            option="name",
            hint="Remove these first; nothing was deleted.",
        )
    if given.get("wipe"):
        other_names(volume, "wipe", facts)
    steps = (DeleteVolume(pool, name),)
    wipes = (WipeVolume(pool, name),) if given.get("wipe") else ()
    return Plan((*wipes, *steps), before={"state": "present"}, after={"state": "absent"})


def needs(volume: VolumeSeen, facts: NodeFacts) -> list[str]:
    """The vms and overlays that need a volume."""
    needed = [f"the vm '{vm}'" for vm in vms(volume, facts)]
    return needed + [f"its overlay {one.pool}/{one.name}" for one in overlays(volume, facts)]


def template_of(volume: VolumeSeen, facts: NodeFacts) -> list[str]:
    """The templates that a volume is an image of, which lie beside it."""
    return [
        f"the template '{one.name}'"
        for one in templates(facts.volumes(volume.pool), facts)
        if any(disk.image == volume.name for disk in one.disks)
    ]
