# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new volume: empty, or an overlay of an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import CreateVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


def create(disk: Mapping[str, Any], prefix: str, facts: NodeFacts) -> CreateVolume:
    """The creation of ``volume`` in ``pool``, from ``size``, ``format``, ``image`` and
    ``image_pool``. Raises VmrtError; ``prefix`` stands before the names of the options in it."""
    pool, image = disk["pool"], disk.get("image")
    usable_pool(pool, f"{prefix}pool", facts)
    backing = (
        known_volume(disk.get("image_pool", pool), image, f"{prefix}image", facts)
        if image
        else None
    )
    if backing and disk["format"] != "qcow2":
        raise VmrtError("an overlay of an image is always qcow2", option=f"{prefix}format")
    size = disk.get("size")
    if size is None and backing is None:
        raise VmrtError(
            "a new disk needs a size", option=f"{prefix}size", hint="Write for example 10GiB."
        )
    if backing and disk.get("preallocation", "none") != "none":
        raise VmrtError(
            "an overlay takes its room as it is written",
            option=f"{prefix}preallocation",
            hint="Leave it out, or have a full copy with flat=true.",
        )
    if disk.get("compressed"):
        raise VmrtError(
            "nothing is copied that could be compressed",
            option=f"{prefix}compressed",
            hint="It goes with clone_from, or with image and flat=true.",
        )
    large_enough(size, backing.capacity if backing else None, "its image", f"{prefix}size")
    fits(disk, prefix)
    xml = volume_xml(disk["volume"], size, disk["format"], backing, layout=layout(disk))
    ahead = disk.get("preallocation", "none") != "none" and disk["format"] == "qcow2"
    return CreateVolume(pool, disk["volume"], size, xml, preallocate=ahead)


def large_enough(size: int | None, holds: int | None, whose: str, option: str) -> None:
    """Raise VmrtError where a new volume has no room for what it is to hold. In bytes."""
    if size and holds and size < holds:
        raise VmrtError(
            f"{show_size(size)} is less than the {show_size(holds)} of {whose}",
            option=option,
            hint="Give at least that.",
        )


def layout(disk: Mapping[str, Any]) -> dict[str, Any]:
    """How the file of a volume is laid out, as far as it is said."""
    return {name: disk[name] for name in _LAYOUT if name in disk}


_OF_QCOW2 = ("compat", "cluster_size", "compressed")
_LAYOUT = (*_OF_QCOW2, "preallocation", "encryption")
_CLUSTERS = [2**power for power in range(9, 22)]


def fits(disk: Mapping[str, Any], prefix: str) -> None:
    """Raise VmrtError where what is said of a new volume's file can not be."""
    errors = []
    if disk["format"] == "raw":
        named = [name for name in _OF_QCOW2 if disk.get(name)]
        named += ["preallocation"] if disk.get("preallocation") == "metadata" else []
        errors += [
            VmrtError("a raw volume has none", option=f"{prefix}{name}", hint="Leave it out.")
            for name in named
        ]
    if disk.get("cluster_size", _CLUSTERS[0]) not in _CLUSTERS:
        errors.append(
            VmrtError(
                "is not a power of two from 512 bytes to 2MiB",
                option=f"{prefix}cluster_size",
                hint="Write for example 64KiB.",
            )
        )
    raise_all(errors)


def usable_pool(name: str, option: str, facts: NodeFacts) -> None:
    """Raise VmrtError unless volumes can be made in a pool."""
    pool = facts.pool(name)
    if pool is None:
        known = ", ".join(facts.pool_names) or "none"
        raise VmrtError(f"there is no pool '{name}'", option=option, hint=f"The node has: {known}.")
    if not pool.active:
        raise VmrtError(
            f"the pool '{name}' is not active",
            option=option,
            hint="Start it with vmrt.libvirt.pool and state=active.",
        )


def known_volume(pool: str, name: str, option: str, facts: NodeFacts) -> VolumeSeen:
    """A volume that is there. Raises VmrtError where it is not."""
    volume = facts.volume(pool, name)
    if volume is None:
        raise VmrtError(
            f"there is no volume '{name}' in the pool '{pool}'",
            option=option,
            hint="Bring it there with vmrt.libvirt.image first.",
        )
    return volume
