# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the disks of a backup go: a new volume each, in the place of no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Callable

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

ENDINGS = {"qcow2": ".qcow2", "raw": ".img"}


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


def place(
    disks: Iterable[BackupDisk],
    wanted_pool: str | None,
    names: Callable[[BackupDisk], Iterator[str]],
    facts: NodeFacts,
) -> list[Placed]:
    """A volume for each disk, with the first of its names that no other has. Raises VmrtError
    where a pool is missing or too small."""
    placed: list[Placed] = []
    errors: list[VmrtError] = []
    needed: dict[str, int] = {}
    for disk in disks:
        name = wanted_pool or (disk.volume or "").partition("/")[0]
        pool = facts.pool(name) if name else None
        if pool is None or not pool.active or not pool.target:
            errors.append(_no_pool(disk, name))
            continue
        taken = {one.key for one in placed}
        volume = next(
            one
            for one in names(disk)
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


def names_of(disk: BackupDisk, vm: str, backup: Backup) -> Iterator[str]:
    """What the volume of a restored disk may be called: in its own vm, as it was."""
    ending = ENDINGS[disk.format]
    known = (disk.volume or "").partition("/")[2]
    yield known if known and vm == backup.vm else f"{vm}-{disk.name}{ending}"
    for number in count():
        yield f"{vm}-{disk.name}.{backup.name}{f'.{number}' if number else ''}{ending}"


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
