# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the disks of a backup go: a new volume each, in the place of no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.actions import RestoreDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.catalogue import (
    Backup,
    BackupDisk,
    Catalogue,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    PoolSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError, raise_all
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB, show_size

_ENDINGS = {"qcow2": ".qcow2", "raw": ".img"}


@dataclass(frozen=True)
class Placed:
    """A disk and the volume that it becomes."""

    disk: BackupDisk
    pool: str
    volume: str
    path: str

    @property
    def key(self) -> str:
        return f"{self.pool}/{self.volume}"


def place(given: Mapping[str, Any], name: str, backup: Backup, facts: NodeFacts) -> list[Placed]:
    """A volume for each disk. Raises VmrtError where a pool is missing or too small."""
    placed: list[Placed] = []
    errors: list[VmrtError] = []
    needed: dict[str, int] = {}
    for disk in backup.disks:
        old_pool, _slash, old_name = (disk.volume or "").partition("/")
        pool = facts.pool(given.get("pool") or old_pool) if given.get("pool") or old_pool else None
        if pool is None or not pool.active or not pool.target:
            errors.append(_no_pool(disk, given.get("pool") or old_pool))
            continue
        taken = {one.key for one in placed}
        wanted = old_name if name == backup.vm else ""
        volume = next(
            one
            for one in _names(name, backup, disk, wanted)
            if f"{pool.name}/{one}" not in taken and facts.volume(pool.name, one) is None
        )
        placed.append(Placed(disk, pool.name, volume, f"{pool.target}/{volume}"))
        needed[pool.name] = needed.get(pool.name, 0) + disk.size
    errors += _room(needed, facts)
    raise_all(errors)
    return placed


def written(placed: list[Placed], known: Catalogue, backup: Backup) -> list[Action]:
    """All disks are written before the first one is seen."""
    return [
        RestoreDisk(
            one.pool,
            one.volume,
            one.disk.capacity,
            one.disk.format,
            known.path(backup.name, one.disk.file),
        )
        for one in placed
    ]


def _names(name: str, backup: Backup, disk: BackupDisk, wanted: str) -> Iterator[str]:
    ending = _ENDINGS[disk.format]
    if wanted:
        yield wanted
    else:
        yield f"{name}-{disk.name}{ending}"
    for number in count():
        yield f"{name}-{disk.name}.{backup.name}{f'.{number}' if number else ''}{ending}"


def _no_pool(disk: BackupDisk, name: str) -> VmrtError:
    where = f"'{name}' is no active pool with a folder" if name else "it was in no pool"
    return VmrtError(
        f"the disk {disk.name} has no place: {where}",
        option="pool",
        hint="Name a pool for all disks, or make it with vmrt.libvirt.pool and state=active.",
    )


def _room(needed: Mapping[str, int], facts: NodeFacts) -> Iterator[VmrtError]:
    for name, size in needed.items():
        pool: PoolSeen | None = facts.pool(name)
        if pool and pool.available < size:
            yield VmrtError(
                f"the pool '{name}' has {show_size(pool.available)} left, and the disks take "
                f"{show_size(-(-size // MIB) * MIB)}",
                option="pool",
            )
