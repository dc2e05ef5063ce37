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
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


def create(disk: Mapping[str, Any], prefix: str, facts: NodeFacts) -> CreateVolume:
    """The creation of ``volume`` in ``pool``, from ``size``, ``format``, ``image`` and
    ``image_pool``. Raises VmrtError; ``prefix`` stands before the names of the options in it."""
    pool, image = disk["pool"], disk.get("image")
    usable_pool(pool, f"{prefix}pool", facts)
    backing = _image(disk.get("image_pool", pool), image, prefix, facts) if image else None
    if backing and disk["format"] != "qcow2":
        raise VmrtError("an overlay of an image is always qcow2", option=f"{prefix}format")
    size = disk.get("size")
    if size is None and backing is None:
        raise VmrtError(
            "a new disk needs a size", option=f"{prefix}size", hint="Write for example 10GiB."
        )
    if size and backing and backing.capacity and size < backing.capacity:
        raise VmrtError(
            f"{show_size(size)} is less than the {show_size(backing.capacity)} of its image",
            option=f"{prefix}size",
            hint="Give at least that.",
        )
    xml = volume_xml(disk["volume"], size, disk["format"], backing)
    return CreateVolume(pool, disk["volume"], size, xml)


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


def _image(pool: str, name: str, prefix: str, facts: NodeFacts) -> VolumeSeen:
    image = facts.volume(pool, name)
    if image is None:
        raise VmrtError(
            f"there is no volume '{name}' in the pool '{pool}'",
            option=f"{prefix}image",
            hint="Bring it there with vmrt.libvirt.image first.",
        )
    return image
