# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of images that nothing needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import DeleteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    Observer,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import same_machine
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import naming, vms
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.removal import template_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image_gc import IMAGE_GC
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_DAY = 86400
# What a load that broke off leaves: see media.part_file.
_LEFT = re.compile(r"\..+\.part(\.[a-z]+)?\Z")

Image = tuple[VolumeSeen, Arrival]


def plan_gc(given: Mapping[str, Any], observer: Observer) -> Plan:
    """Remove what the policy does not keep and nothing needs."""
    facts = NodeFacts(observer)
    pool = given["pool"]
    usable_pool(pool, "pool", facts)
    same_machine(facts)
    _all_seen(facts)
    volumes = facts.every_volume()
    mine = sorted((one for one in volumes if one.pool == pool), key=lambda one: one.name)
    came = [(one, facts.arrival(one.path)) for one in mine if not _LEFT.match(one.name)]
    images = [(one, arrival) for one, arrival in came if arrival is not None]
    kept = _kept(given, images, facts)
    fitting = {one.name for one, _arrival in images if _fits(one.name, given["names"])}
    below = _below(volumes, facts)
    for one, _arrival in images:
        needed = _needed(one, volumes, below, facts)
        if one.name in fitting and needed:
            kept[one.name] = f"it is needed by {needed[0]}"
    gone = [(one, how) for one, how in images if one.name in fitting - {*kept}]
    left = [one.name for one in mine if _LEFT.match(one.name) and _is_old(one, facts)]
    names = [one.name for one, _arrival in gone]
    return Plan(
        actions=tuple(DeleteVolume(pool, name) for name in (*names, *left)),
        before={"images": sorted(fitting)},
        after={"images": sorted(fitting - {*names})},
        found={
            "removed": [{"name": one.name, "arrived": how.time} for one, how in gone],
            "kept": [{"name": name, "reason": kept[name]} for name in sorted(kept)],
            "leftovers": left,
        },
    )


def _all_seen(facts: NodeFacts) -> None:
    """What rests on an image has to be in sight."""
    for name in facts.pool_names:
        pool = facts.pool(name)
        if pool and not pool.active:
            raise VmrtError(
                f"the pool '{name}' is not active, and what is in it may rest on an image",
                option="pool",
                hint="Start it with vmrt.libvirt.pool and state=active. Nothing was deleted.",
            )


def _fits(name: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _kept(given: Mapping[str, Any], images: list[Image], facts: NodeFacts) -> dict[str, str]:
    """The images that the policy keeps, and why."""
    kept: dict[str, str] = {}
    last, days = given.get("keep_last", 0), given.get("older_than", 0)
    newest = sorted(images, key=lambda image: (-image[1].time, image[0].name))
    for pattern in given["names"]:
        group = [image for image in newest if fnmatchcase(image[0].name, pattern)]
        for one, _arrival in group[:last]:
            kept[one.name] = f"it is one of the last {last} of {pattern}"
        for one, how in group:
            if facts.now - how.time < days * _DAY:
                kept.setdefault(one.name, f"it was brought less than {days} days ago")
    return kept


def _needed(
    volume: VolumeSeen, volumes: list[VolumeSeen], below: Mapping[str, str], facts: NodeFacts
) -> list[str]:
    """Who would suffer: vms as they are, will be and were, templates, overlays, and files that are
    in no pool."""
    path = facts.real_path(volume.path)
    needed = [f"the vm '{vm}'" for vm in sorted({*vms(volume, facts), *naming(volume, facts)})]
    needed += template_of(volume, facts)
    needed += [
        f"its overlay {one.pool}/{one.name}"
        for one in volumes
        if one.backing and path == facts.real_path(one.backing)
    ]
    # What is not a plain path may still hold one.
    return needed + [
        f"its overlay {file}" for file, words in below.items() if path == words or path in words
    ]


def _below(volumes: list[VolumeSeen], facts: NodeFacts) -> dict[str, str]:
    """What files that are in no pool, and that vms name, rest on, layer by layer."""
    known = {one.path for one in volumes}
    todo, below = sorted(_named(facts) - known), {}
    while todo:
        file = todo.pop()
        words = facts.rests_on(file)
        if not words or file in below:
            continue
        plain = words if ":" in words else posixpath.join(posixpath.dirname(file), words)
        below[file] = plain if ":" in plain else facts.real_path(plain)
        if below[file] not in known:
            todo.append(below[file])
    return below


def _named(facts: NodeFacts) -> set[str]:
    """All absolute paths in what libvirt keeps of the vms."""
    roots = [root for found in facts.vm_definitions.values() for root in found]
    return {word for root in roots for word in tree.words(root) if word.startswith("/")}


def _is_old(volume: VolumeSeen, facts: NodeFacts) -> bool:
    written = facts.written(volume.path)
    return written is not None and facts.now - written > _DAY


IMAGE_GC_DEED = Deed(schema=IMAGE_GC, plan=plan_gc)
