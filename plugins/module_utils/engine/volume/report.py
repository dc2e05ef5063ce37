# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import vms


def report_disk(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the schema VOLUME; a volume that is not there is absent."""
    facts = NodeFacts(observer)
    values = _common(facts, given, "path")
    volume = facts.volume(given["pool"], given["name"])
    image = facts.volume_at(volume.backing) if volume and volume.backing else None
    return {**values, "image": image.name, "image_pool": image.pool} if image else values


def report_image(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the schema IMAGE; an image that is not there is absent."""
    return _common(NodeFacts(observer), given, "file")


def _common(facts: NodeFacts, given: Mapping[str, Any], path: str) -> dict[str, Any]:
    named = {"name": given["name"], "pool": given["pool"]}
    volume = facts.volume(given["pool"], given["name"])
    if volume is None:
        return {**named, "state": "absent"}
    return {
        **named,
        path: volume.path,
        "size": volume.capacity,
        "allocation": volume.allocation,
        "format": volume.format,
        "used_by": vms(volume, facts),
        "state": "present",
    }
