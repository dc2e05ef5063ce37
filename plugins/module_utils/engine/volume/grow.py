# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A larger volume. None is ever made smaller."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    BlockResize,
    ResizeVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import (
    other_names,
    running,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


def shrinks(volume: VolumeSeen, size: int, option: str) -> VmrtError:
    """The refusal to shrink a volume."""
    has = show_size(volume.capacity or 0)
    return VmrtError(
        f"the volume '{volume.name}' has {has} and is not shrunk to {show_size(size)}, "
        "because that would lose data",
        option=option,
        hint=f"Write {has} or more.",
    )


def grow(volume: VolumeSeen, size: int, facts: NodeFacts, option: str = "size") -> Action:
    """Grow a volume: through the running vm that writes to it, where there is one."""
    other_names(volume, option, facts)
    users = running(volume, facts)
    if users:
        return BlockResize(users[0].vm, users[0].target, size, volume.path)
    return ResizeVolume(volume.pool, volume.name, size)
