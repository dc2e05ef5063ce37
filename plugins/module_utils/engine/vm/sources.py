# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of a disk or drive: of which type it is, and where a volume lies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.overlays import stay_in_overlay
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_source import TELLING
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume_format import FORMATS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import Item

_OF_VOLUMES = ("pool", "volume", "image", "size")


def find_source(
    values: dict[str, Any],
    found: Item | None,
    wanted: Mapping[str, Any],
    config: Mapping[str, Any],
    facts: NodeFacts,
) -> None:
    """The path of a disk's volume. An existing disk moves only when its volume is named."""
    if found is not None:
        stay_in_overlay(values, found, config, facts)
    if "path" in values or any(option in values for option in TELLING):
        values.pop("pool", None)
        return
    if not wanted["fill_in"] and not any(option in values for option in _OF_VOLUMES):
        return
    known = found.values.get("path") if found else None
    if found is not None and "volume" not in values and "pool" not in values:
        lost = _lost(known, config, facts)
        if lost is None:
            return
        values["pool"], values["volume"] = lost
    values.setdefault("pool", "default")
    if found is not None:
        values.setdefault("format", found.values.get("format", "qcow2"))
    volume = facts.volume_at(known) if known else None
    ending = "qcow2" if values.get("format", "qcow2") == "qcow2" else "img"
    fresh = f"{wanted['name']}-{values['name']}.{ending}"
    values.setdefault("volume", volume.name if volume else fresh)
    if not by_name(values, found):
        locate(values, facts)


def by_name(values: Mapping[str, Any], found: Item | None) -> bool:
    """Does libvirt look up the volume each time the vm starts?"""
    has = found.values.get("type") if found else None
    return bool(values.get("type", has) == "volume")


def locate(values: dict[str, Any], facts: NodeFacts) -> None:
    """The path of a volume, also of one that is still to be made."""
    volume = facts.volume(values["pool"], values["volume"])
    pool = facts.pool(values["pool"])
    if volume:
        values["path"] = volume.path
    elif pool and pool.target:
        values["path"] = f"{pool.target}/{values['volume']}"


def _lost(path: str | None, config: Mapping[str, Any], facts: NodeFacts) -> tuple[str, str] | None:
    """The pool and the name of a volume of ours that is defined but not there, since the run that
    would have made it failed."""
    for one in (config.get("status") or {}).get("owned_volumes") or ():
        pool, _slash, name = one.partition("/")
        owner = facts.pool(pool)
        if owner and owner.active and f"{owner.target}/{name}" == path:
            return None if facts.volume(pool, name) else (pool, name)
    return None


def find_medium(values: dict[str, Any], found: Item | None, facts: NodeFacts) -> None:
    """The path of a drive's medium, where it is a volume."""
    if "volume" in values:
        values.setdefault("pool", "default")
        if not by_name(values, found):
            locate(values, facts)


def tell_type(values: dict[str, Any], found: Item | None) -> None:
    """How libvirt reaches a source, and each layer below it."""
    for layer in values.get("backing", ()):
        if "volume" in layer:
            layer["type"] = "volume"
        elif layer:
            tell_type(layer, None)
    for option, kind in TELLING.items():
        if option in values:
            values["type"] = kind
            return
    path = values.get("path")
    has = found.values.get("type") if found else None
    if path and values.get("type") != "dir":
        values["type"] = "block" if path.startswith("/dev/") else "file"
    elif path == "" and has not in (None, "file", "block"):
        # What a drive without a medium is.
        values["type"] = "file"
    elif found is None:
        values.setdefault("type", "file")


def tell_filesystem(values: dict[str, Any], found: Item | None) -> None:
    """What is behind a file system, and the tag of a new one."""
    for option, kind in {"socket": "mount", "template": "template", "size": "ram"}.items():
        if option in values:
            values["type"] = kind
    if found is None:
        values.setdefault("type", "mount")
        values.setdefault("target", values["name"])


def fit_new_disk(given: Mapping[str, Any], values: dict[str, Any], facts: NodeFacts) -> None:
    """What a new disk of some kind has to be where nobody says it."""
    if "volume" in given and "format" not in given:
        there = facts.volume(given.get("pool", "default"), given["volume"])
        if there and there.format in FORMATS:
            values["format"] = there.format
    remote = any(option in values for option in TELLING)
    if given.get("device") == "lun":
        values["bus"] = given.get("bus", "scsi")
    if (remote or given.get("device") == "lun") and "format" not in given:
        values["format"] = "raw"
    if "vhost_user" in values and "discard" not in given:
        values.pop("discard", None)
