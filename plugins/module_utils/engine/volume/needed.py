# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who would suffer if a volume went."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def vms(volume: VolumeSeen, facts: NodeFacts) -> list[str]:
    """The vms that have a volume as a disk, or below one as far as libvirt knows."""
    return sorted({user.vm for user in facts.users.get(volume.path, ())})


def naming(volume: VolumeSeen, facts: NodeFacts) -> list[str]:
    """The vms that name a volume anywhere in what libvirt keeps of them."""
    return [
        vm
        for vm, roots in facts.vm_definitions.items()
        if any(_names(volume, root) for root in roots)
    ]


def _names(volume: VolumeSeen, root: tree.Element) -> bool:
    pairs = ((one.get("pool"), one.get("volume")) for one in root.iter("source"))
    return volume.path in tree.words(root) or (volume.pool, volume.name) in pairs


def overlays(volume: VolumeSeen, facts: NodeFacts) -> list[VolumeSeen]:
    """The volumes that are overlays of a volume, in any active pool."""
    known = [one for pool in facts.pool_names for one in facts.volumes(pool)]
    return [one for one in known if one.backing == volume.path]


def writers(volume: VolumeSeen, facts: NodeFacts) -> list[User]:
    """The disks of running vms that write to a volume."""
    return [one for one in running(volume, facts) if one.writes]


def running(volume: VolumeSeen, facts: NodeFacts) -> list[User]:
    """The disks of running vms that a volume is, and not only lies below."""
    users = facts.users.get(volume.path, ())
    return [one for one in users if one.running and not one.backing]


def other_names(volume: VolumeSeen, option: str, facts: NodeFacts) -> None:
    """Raise VmrtError where a file that is to be written to is another image as well."""
    came = facts.arrival(volume.path)
    if came and came.names > 1:
        raise VmrtError(
            f"'{volume.name}' is one file with another image, since both hold the same",
            option=option,
            hint="Copy it with vmrt.libvirt.disk and clone_from, and change the copy.",
        )
