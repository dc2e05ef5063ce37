# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import (
    overlays,
    running,
    vms,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import VOLUME
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration


def disks(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The volumes asked for, each as it is declared."""
    facts = NodeFacts(observer)
    if "pool" in given:
        usable_pool(given["pool"], "pool", facts)
    pools = [given["pool"]] if "pool" in given else facts.pool_names
    found = [
        _disk(one, facts)
        for pool in pools
        for one in sorted(observer.volumes(pool, anew=True), key=lambda one: one.name)
        if given.get("name", one.name) == one.name
    ]
    return {"disks": [declaration(VOLUME, one) for one in found]}


def report_disk(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the schema VOLUME; a volume that is not there is absent."""
    facts = NodeFacts(observer)
    volume = facts.volume(given["pool"], given["name"])
    return _absent(given) if volume is None else _disk(volume, facts)


def report_image(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the schema IMAGE; an image that is not there is absent."""
    facts = NodeFacts(observer)
    volume = facts.volume(given["pool"], given["name"])
    return _absent(given) if volume is None else {**common(volume, facts), "file": volume.path}


def _absent(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": given["name"], "pool": given["pool"], "state": "absent"}


def _disk(volume: VolumeSeen, facts: NodeFacts) -> dict[str, Any]:
    image = facts.volume_at(volume.backing) if volume.backing else None
    return {
        **common(volume, facts),
        "path": volume.path,
        "compat": volume.compat,
        "cluster_size": volume.cluster_size,
        "encrypted": volume.encrypted,
        "image": image.name if image else None,
        "image_pool": image.pool if image else None,
        "chain": _chain(volume, facts),
        "overlays": sorted(f"{one.pool}/{one.name}" for one in overlays(volume, facts)),
        "attach_count": len({user.vm for user in running(volume, facts)}),
    }


def _chain(volume: VolumeSeen, facts: NodeFacts) -> list[str]:
    paths: list[str] = []
    below: VolumeSeen | None = volume
    while below and below.backing and below.backing not in paths:
        paths.append(below.backing)
        below = facts.volume_at(below.backing)
    return paths


def common(volume: VolumeSeen, facts: NodeFacts) -> dict[str, Any]:
    """What a disk and an image have alike."""
    return {
        "name": volume.name,
        "pool": volume.pool,
        "size": volume.capacity,
        "allocation": volume.allocation,
        "format": volume.format,
        "used_by": vms(volume, facts),
        "state": "present",
    }
