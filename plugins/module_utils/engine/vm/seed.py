# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The seed of a vm: written when it is new or, as the user wishes, when it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action, WriteVolume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import SEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import seed_volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.media import seed_iso
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.machine_id import VENDOR_DATA
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


@dataclass(frozen=True)
class SeedPlan:
    """What has to be written, and what the definition gets: the drive with the seed in it."""

    actions: tuple[Action, ...] = ()
    created: tuple[str, ...] = ()
    drive: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[VmrtError, ...] = ()
    warnings: tuple[str, ...] = ()


NO_SEED = (
    "cloud_init: without a seed the guest keeps the host name, the machine-id and the SSH host "
    "keys of the vm that its disks are copies of."
)


def plan_seed(
    wanted: Mapping[str, Any],
    config: Mapping[str, Any],
    facts: NodeFacts,
    copied: bool = False,
) -> SeedPlan:
    """The seed of a completed wish; ``config`` are the values of the existing definition, and
    ``copied`` tells that its disks were made of those of another vm."""
    options = wanted.get("cloud_init")
    if not options:
        return SeedPlan(warnings=(NO_SEED,) if copied and not config else ())
    name = wanted["name"]
    if sum(drive["name"] == SEED for drive in wanted.get("cdroms", ())) > 1:
        return SeedPlan(
            errors=(
                VmrtError(
                    f"the drive '{SEED}' is the one that cloud_init adds",
                    option=f"cdroms[{SEED}]",
                    hint="Give your drive another name.",
                ),
            )
        )
    volume = seed_volume(name)
    pool = _pool(options, wanted, config, facts)
    seen = facts.volume(pool, volume)
    owner = facts.pool(pool)
    if owner is None or not owner.active or not owner.target:
        return SeedPlan(
            errors=(
                VmrtError(
                    f"there is no active pool '{pool}' for the seed",
                    option="cloud_init.pool",
                    hint="Make it with vmrt.libvirt.pool first.",
                ),
            )
        )
    current = facts.download(pool, volume) if seen else None
    told = {option: value for option, value in options.items() if option != "pool"}
    first = copied and (current is None or not config)
    try:
        content = seed_iso.replacement(current, told, name, VENDOR_DATA if first else None)
    except VmrtError as error:
        return SeedPlan(errors=(error,))
    return SeedPlan(
        actions=(WriteVolume(pool, volume, content),) if content is not None else (),
        created=(f"{pool}/{volume}",),
        drive={"name": SEED, "type": "file", "path": f"{owner.target}/{volume}"},
    )


def _pool(
    options: Mapping[str, Any],
    wanted: Mapping[str, Any],
    config: Mapping[str, Any],
    facts: NodeFacts,
) -> str:
    """The pool asked for, that of an existing seed, or that of the first disk."""
    if options.get("pool"):
        return str(options["pool"])
    for drive in config.get("cdroms", ()):
        if drive["name"] == SEED and drive.get("path"):
            volume = facts.volume_at(drive["path"])
            if volume:
                return volume.pool
    return next(
        (str(disk["pool"]) for disk in wanted.get("disks", ()) if "pool" in disk), "default"
    )
