# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new volume that is a copy of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import (
    CloneVolume,
    Layer,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import (
    fits,
    known_volume,
    large_enough,
    layout,
    usable_pool,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    folder,
    layers,
    same_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import writers
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all


def is_copy(given: Mapping[str, Any]) -> bool:
    """Does a new volume get a content of its own?"""
    return "clone_from" in given or ("image" in given and bool(given.get("flat")))


def source_of(given: Mapping[str, Any], facts: NodeFacts) -> tuple[str, VolumeSeen]:
    """What is copied, and the option that names it."""
    option, pool = (
        ("clone_from", "clone_pool") if "clone_from" in given else ("image", "image_pool")
    )
    volume = known_volume(given.get(pool, given["pool"]), given[option], option, facts)
    return option, volume


def copy(wanted: Mapping[str, Any], facts: NodeFacts) -> CloneVolume:
    """The copy. Raises VmrtError where it can not be made."""
    usable_pool(wanted["pool"], "pool", facts)
    same_machine(facts)
    option, source = source_of(wanted, facts)
    below = layers(source, option, facts)
    _whole(source, option, facts)
    fits(wanted, "")
    if "encryption" in wanted and not source.encrypted:
        raise VmrtError(
            "a copy of what is not encrypted is not either",
            option="encryption",
            hint="Make an empty volume, and have a guest copy into it.",
        )
    whole = option == "image" or wanted.get("flat") or "clone_snapshot" in wanted
    backing = None if whole or len(below) == 1 else below[1]
    if backing and wanted["format"] != "qcow2":
        raise VmrtError(
            "a copy of an overlay is an overlay, and that is always qcow2",
            option="format",
            hint="Have a copy that stands by itself with flat=true.",
        )
    size = wanted.get("size")
    large_enough(size, source.capacity, f"'{source.name}'", "size")
    if source.encrypted:
        _as_it_is(wanted, source, whole=bool(whole and len(below) > 1))
    return CloneVolume(
        wanted["pool"],
        wanted["name"],
        f"{source.pool}/{source.name}",
        size,
        path=f"{folder(wanted['pool'], facts)}/{wanted['name']}",
        format=wanted["format"],
        below=Layer(source.path, "raw") if source.encrypted else layer_of(source),
        option=option,
        backing=layer_of(backing) if backing else None,
        snapshot=wanted.get("clone_snapshot"),
        layout=layout(wanted),
        sealed=source.encrypted,
    )


def layer_of(volume: VolumeSeen) -> Layer:
    """A volume as QEMU is told of it."""
    return Layer(volume.path, volume.format or "raw")


def _as_it_is(wanted: Mapping[str, Any], source: VolumeSeen, whole: bool) -> None:
    """What is encrypted is copied with all that says how to open it. Raises VmrtError where the
    copy is to be another one."""
    said = [name for name in _OF_FILE if wanted.get(name) not in (None, False, "none")]
    said += ["format"] if wanted["format"] != source.format else []
    said += ["size"] if wanted.get("size", source.capacity) != source.capacity else []
    said += ["flat"] if whole and "clone_snapshot" not in wanted else []
    why = f"'{source.name}' is encrypted, and copied as it is"
    raise_all([VmrtError(why, option=name, hint="Leave it out.") for name in said])


_OF_FILE = ("compat", "cluster_size", "preallocation", "compressed", "clone_snapshot")


def _whole(source: VolumeSeen, option: str, facts: NodeFacts) -> None:
    """Nobody writes to what is copied."""
    writing = writers(source, facts)
    if writing:
        raise VmrtError(
            f"'{source.name}' is written to by the running vm '{writing[0].vm}'",
            option=option,
            hint="Stop the vm, or take an external snapshot of it and copy the file below that.",
        )
