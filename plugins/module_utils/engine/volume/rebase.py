# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An overlay that is led to another image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import (
    PullLayers,
    RebaseVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.copy import layer_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import known_volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    layers,
    same_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.flatten import (
    free_of_snapshots,
    not_below,
    readable,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import running
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def rebase(
    given: Mapping[str, Any], volume: VolumeSeen, facts: NodeFacts
) -> tuple[Action, str] | None:
    """The step, and the image that the overlay had; None where there is nothing to do."""
    if "image" not in given:
        raise VmrtError("needs the image to lead to", option="rebase", hint="Give image as well.")
    image = known_volume(given.get("image_pool", given["pool"]), given["image"], "image", facts)
    if volume.backing == image.path:
        return None
    if not volume.backing:
        raise VmrtError(
            f"'{volume.name}' is no overlay",
            option="rebase",
            hint="A new disk can be an overlay of the image.",
        )
    below = layers(volume, "rebase", facts)
    free_of_snapshots(volume, below, "rebase", facts)
    users = running(volume, facts)
    if users and image not in below:
        raise VmrtError(
            f"'{volume.name}' is a disk of the running vm '{users[0].vm}', which can only go "
            f"over to what it rests on already, and not to '{image.name}'",
            option="rebase",
            hint="Shut that down first, or have it rest on nothing with flat=true.",
        )
    if users:
        vm, target = users[0].vm, users[0].target
        pull = PullLayers(vm, target, image.path, path=volume.path, pools=(volume.pool,))
        return pull, below[1].name
    same_machine(facts)
    readable(volume, "rebase")
    not_below(volume, "rebase", facts)
    if volume in layers(image, "image", facts):
        raise VmrtError(
            f"'{image.name}' rests on '{volume.name}'",
            option="image",
            hint="Name an image that does not.",
        )
    step = RebaseVolume(
        volume.pool, volume.name, f"{image.pool}/{image.name}", volume.path, layer_of(image)
    )
    return step, below[1].name
