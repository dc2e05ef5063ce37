# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks that lie in overlays since a snapshot was taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    read_moment,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item


def stay_in_overlay(
    values: dict[str, Any], found: Item, config: Mapping[str, Any], facts: NodeFacts
) -> None:
    """What is named stays below the file that a disk lies in since a snapshot of it was taken; so
    does what the disk was made with, where nothing is named."""
    known = found.values.get("path")
    if not known:
        return
    below = _layers_below(known, config, facts)
    named = _named(values, facts) or below[-1]
    volume = facts.volume_at(known)
    if named == known or named not in below or volume is None:
        return
    base = facts.volume_at(named)
    if base and values.get("format") == base.format:
        del values["format"]
    values.pop("path", None)
    values.update(pool=volume.pool, volume=volume.name)


def _named(values: Mapping[str, Any], facts: NodeFacts) -> str | None:
    if "volume" not in values:
        return values.get("path")
    volume = facts.volume(values.get("pool", "default"), values["volume"])
    return volume.path if volume else None


def _layers_below(path: str, config: Mapping[str, Any], facts: NodeFacts) -> list[str]:
    """A file, and those below it that it rests on since snapshots of the vm were taken."""
    owned = (config.get("status") or {}).get("owned_volumes") or ()

    def is_ours(volume: VolumeSeen) -> bool:
        return f"{volume.pool}/{volume.name}" in owned

    def was_used(path: str) -> bool:
        kept = map(read_moment, facts.snapshots(config["name"]))
        return any(path in one.files.values() for one in kept)

    layers = [path]
    volume = facts.volume_at(path)
    while volume and is_ours(volume) and volume.backing and volume.backing not in layers:
        below = facts.volume_at(volume.backing)
        if not (below and is_ours(below)) and not was_used(volume.backing):
            break
        layers.append(volume.backing)
        volume = below
    return layers


def snapshots_inside(vm: str, path: str, facts: NodeFacts) -> list[str]:
    """The internal snapshots of a vm in a file."""
    kept = map(read_moment, facts.snapshots(vm))
    return [one.name for one in kept if not one.external and path in one.files.values()]
