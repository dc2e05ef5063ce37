# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An overlay that takes in what it rests on."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    read_moment,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.actions import (
    FlattenVolume,
    PullLayers,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.files import (
    layers,
    same_machine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.needed import running
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def flatten(volume: VolumeSeen, facts: NodeFacts) -> Action:
    """Through the running vm that has it as a disk, where there is one."""
    below = layers(volume, "flat", facts)
    free_of_snapshots(volume, below, "flat", facts)
    users = running(volume, facts)
    if users:
        return PullLayers(users[0].vm, users[0].target, path=volume.path, pools=(volume.pool,))
    same_machine(facts)
    readable(volume, "flat")
    not_below(volume, "flat", facts)
    return FlattenVolume(volume.pool, volume.name, volume.path)


def readable(volume: VolumeSeen, option: str) -> None:
    """Raise VmrtError where only a vm can open a volume."""
    if volume.encrypted:
        raise VmrtError(
            f"'{volume.name}' is encrypted, and no running vm has it as a disk that could read it",
            option=option,
            hint="Start the vm, which then does it while it runs.",
        )


def not_below(volume: VolumeSeen, option: str, facts: NodeFacts) -> None:
    """Raise VmrtError where a running vm reads a volume below a disk of its own."""
    users = [one for one in facts.users.get(volume.path, ()) if one.running and one.backing]
    if users:
        raise VmrtError(
            f"'{volume.name}' is below a disk of the running vm '{users[0].vm}'",
            option=option,
            hint="Shut that down first.",
        )


def free_of_snapshots(
    volume: VolumeSeen, below: list[VolumeSeen], option: str, facts: NodeFacts
) -> None:
    """Raise VmrtError where a snapshot of a vm needs these files as they are."""
    paths = {one.path for one in below}
    for vm in sorted({user.vm for user in facts.users.get(volume.path, ())}):
        for one in map(read_moment, facts.snapshots(vm)):
            if paths & {*one.files.values()}:
                raise VmrtError(
                    f"the snapshot '{one.name}' of the vm '{vm}' needs it as it is",
                    option=option,
                    hint="Remove it first, with vmrt.libvirt.snapshot and state=absent.",
                )
