# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The images of a node, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import overlays
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.report import common
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image_info import SEEN
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration


def read_images(observer: Observer, given: Mapping[str, Any]) -> dict[str, Any]:
    """The images asked for: what was brought as one, and what a volume is an overlay of."""
    facts = NodeFacts(observer)
    if "pool" in given:
        usable_pool(given["pool"], "pool", facts)
    volumes = sorted(facts.every_volume(), key=lambda one: (one.pool, one.name))
    below = {one.backing for one in volumes if one.backing}
    found = [
        _image(one, volumes, facts)
        for one in volumes
        if given.get("pool", one.pool) == one.pool
        and given.get("name", one.name) == one.name
        and (one.path in below or facts.arrival(one.path))
    ]
    return {"images": [declaration(SEEN, one) for one in found]}


def _image(volume: VolumeSeen, volumes: list[VolumeSeen], facts: NodeFacts) -> dict[str, Any]:
    came = facts.arrival(volume.path)
    others = [one for one in volumes if one.path != volume.path] if came else []
    known = [(one, facts.arrival(one.path)) for one in others]
    twins = [one for one, other in known if other and came and other.file == came.file]
    digests = came.digests if came else {}
    return {
        **common(volume, facts),
        "file": volume.path,
        "source": came.source if came else None,
        "arrived": came.time if came else None,
        "checksums": [f"{name}:{digest}" for name, digest in sorted(digests.items())],
        "same_file": [f"{one.pool}/{one.name}" for one in twins],
        "overlays": sorted(f"{one.pool}/{one.name}" for one in overlays(volume, facts)),
    }
