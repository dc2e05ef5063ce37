# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks that lie in overlays since a snapshot was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    read_moment,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item


def stay_in_overlay(
    values: dict[str, Any], found: Item, config: Mapping[str, Any], facts: NodeFacts
) -> None:
    """What is named stays below the file that a disk lies in since a snapshot of it was taken."""
    known, named = found.values.get("path"), _named(values, facts)
    if not known or not named or named == known or not _rests_on(known, named, config, facts):
        return
    volume = facts.volume_at(known)
    if volume:
        for option in ("path", "format"):
            values.pop(option, None)
        values.update(pool=volume.pool, volume=volume.name)


def _named(values: Mapping[str, Any], facts: NodeFacts) -> str | None:
    if "volume" not in values:
        return values.get("path")
    volume = facts.volume(values.get("pool", "default"), values["volume"])
    return volume.path if volume else None


def _rests_on(path: str, named: str, config: Mapping[str, Any], facts: NodeFacts) -> bool:
    """Are there only layers of the vm's snapshots between two files?"""
    owned = (config.get("status") or {}).get("owned_volumes") or ()
    layers: list[str] = []
    while path != named:
        volume = facts.volume_at(path)
        if volume is None or not volume.backing or path in layers:
            return False
        if f"{volume.pool}/{volume.name}" not in owned:
            return False
        layers.append(path)
        path = volume.backing
    volume = facts.volume_at(named)
    if volume and f"{volume.pool}/{volume.name}" in owned:
        return True
    kept = map(read_moment, facts.snapshots(config["name"]))
    return any(named in one.files.values() for one in kept)


def snapshots_inside(vm: str, path: str, facts: NodeFacts) -> list[str]:
    """The internal snapshots of a vm in a file."""
    kept = map(read_moment, facts.snapshots(vm))
    return [one.name for one in kept if not one.external and path in one.files.values()]
