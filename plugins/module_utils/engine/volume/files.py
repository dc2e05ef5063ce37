# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the files of volumes lie, and what is refused of them."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import shown
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def folder(name: str, facts: NodeFacts) -> str:
    """The folder of a pool. Raises VmrtError where it is none."""
    pool = facts.pool(name)
    if pool is None or pool.target is None:
        raise VmrtError(
            f"the pool '{name}' is not a folder",
            option="pool",
            hint="Give a pool of the type dir, fs or netfs.",
        )
    return pool.target


def same_machine(facts: NodeFacts) -> None:
    """The file is written by us, and not by a libvirt somewhere else."""
    if not is_here(facts.node["uri"]):
        raise VmrtError(
            f"{shown(facts.node['uri'])} is libvirt of another machine, where no file can be put",
            option="uri",
            hint="Run the task on the node itself, for example with delegate_to.",
        )


def stays_inside(volume: VolumeSeen, option: str, facts: NodeFacts) -> None:
    """Raise VmrtError where the name of a volume is a link that leads out of its pool."""
    pool = facts.pool(volume.pool)
    if pool is None or pool.target is None:
        return
    leads_to = facts.real_path(volume.path)
    if leads_to != f"{facts.real_path(pool.target)}/{volume.name}":
        raise VmrtError(
            f"'{volume.name}' is a link that leads out of the pool '{volume.pool}', to "
            f"{ascii(leads_to)[1:-1]}",
            option=option,
            hint="Name a volume that is a file of its pool.",
        )


def layers(volume: VolumeSeen, option: str, facts: NodeFacts) -> list[VolumeSeen]:
    """A volume and those that it rests on. Raises VmrtError unless each is one of a pool: what a
    guest wrote may name any file."""
    found = [volume]
    stays_inside(volume, option, facts)
    while found[-1].backing:
        below = facts.volume_at(found[-1].backing)
        if below is None or below in found:
            raise VmrtError(
                f"'{found[-1].name}' rests on {ascii(found[-1].backing)[1:-1]}, which is no "
                "volume of an active pool",
                option=option,
                hint="Have a pool hold that folder, if it may be read.",
            )
        stays_inside(below, option, facts)
        found.append(below)
    return found
