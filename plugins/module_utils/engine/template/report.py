# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates as values of the schema SEEN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.catalogue import (
    Template,
    find,
    templates,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import overlays, vms
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.template import SEEN
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration


def read_templates(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The templates asked for."""
    facts = NodeFacts(observer)
    if "pool" in given:
        usable_pool(given["pool"], "pool", facts)
    found = [
        one
        for one in templates(facts.every_volume(), facts)
        if given.get("pool", one.pool) == one.pool and given.get("name", one.name) == one.name
    ]
    return {"templates": [declaration(SEEN, _values(one, facts)) for one in found]}


def report_template(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """A template; one that is not there is absent."""
    facts, place = NodeFacts(observer), {"name": given["name"], "pool": given["pool"]}
    found = find(**place, facts=facts) if facts.pool(given["pool"]) else None
    return {**_values(found, facts), "state": "present"} if found else {**place, "state": "absent"}


def _values(one: Template, facts: NodeFacts) -> dict[str, Any]:
    images = one.images(facts)
    above = [over for image in images for over in overlays(image, facts)]
    file = facts.volume(one.pool, one.file)
    return {
        "name": one.name,
        "pool": one.pool,
        "uuid": one.uuid,
        "status": "Broken" if one.problems else "Ready",
        "problems": list(one.problems),
        "node": one.node,
        "from_vm": one.from_vm,
        "created": one.created,
        "file": file.path if file else None,
        "disks": [
            {
                "name": disk.name,
                "image": disk.image,
                "format": disk.format,
                "size": disk.capacity,
            }
            for disk in one.disks
        ],
        "vm": dict(one.vm),
        "used_by": _users(images, facts),
        "overlays": sorted(f"{over.pool}/{over.name}" for over in above),
    }


def _users(images: list[VolumeSeen], facts: NodeFacts) -> list[str]:
    """The vms whose disks rest on them: of one that is off, libvirt knows the first layer alone."""
    todo, known = list(images), {one.path for one in images}
    found: set[str] = set()
    for one in todo:
        found.update(vms(one, facts))
        todo += [over for over in overlays(one, facts) if over.path not in known]
        known.update(over.path for over in todo)
    return sorted(found)
