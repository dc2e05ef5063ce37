# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The disks of a vm that moves: which are shared, which are copied, and what that takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    NodeFacts,
    PoolSeen,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.actions import (
    ClearCopies,
    CopyVolume,
    PrepareVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.left import left_over
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.migration import (
    COPIED,
    NETWORK_POOLS,
    SHARED,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import show_size


@dataclass(frozen=True)
class Disk:
    """A disk with a local source: what libvirt calls it, and the element. A disk that is ``open``
    is written to by the running machine."""

    target: str
    element: tree.Element
    open: bool


@dataclass
class Disks:
    """The steps before the move, the targets that are copied with it, the volumes that were copied,
    as pool and name, and complaints."""

    actions: list[Action] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    errors: list[VmrtError] = field(default_factory=list)


class Both:
    """The volumes of both nodes."""

    def __init__(self, here: NodeFacts, there: NodeFacts, destination: str):
        self.here, self.there, self._destination = here, there, destination
        self._needed: dict[str, int] = {}
        self._left: list[VolumeSeen] = []

    def plan(self, given: Mapping[str, Any], seen: Seen) -> Disks:
        """What the disks of a vm take."""
        total = Disks()
        disks = list(_disks(seen))
        chosen = given.get("disks")
        unknown = set(chosen or ()) - {disk.target for disk in disks}
        if unknown:
            total.errors.append(
                VmrtError(
                    f"the vm has no disk {', '.join(sorted(unknown))} of this node",
                    option="disks",
                    hint=f"It has: {', '.join(disk.target for disk in disks) or 'none'}.",
                )
            )
        marked, self._left = left_over(seen, self.here, self.there)
        if marked:
            left = [f"{one.pool}/{one.name}" for one in self._left]
            total.actions.append(ClearCopies(seen.name, left, *self._where))
        for disk in disks:
            try:
                self._add(total, disk, given, seen)
            except VmrtError as error:
                total.errors.append(error)
        total.errors += self._room()
        return total

    def _add(self, total: Disks, disk: Disk, given: Mapping[str, Any], seen: Seen) -> None:
        volume = self._volume(disk)
        kind = _kind(disk.target, given, self.here.pool(volume.pool) if volume else None)
        if kind == SHARED:
            self._share(disk, volume, seen)
            return
        if volume is None:
            raise _error(
                disk,
                "it is in no active pool of this node, so nobody can tell how it gets there",
                "Make a pool of its folder on both nodes; or say storage=shared, if both see it.",
            )
        self._check_copy(disk, volume)
        actions: list[Action] = []
        for layer in self._below(disk, volume):
            actions += self._copy(disk, layer, seen)
        if not disk.open:
            whole = disk.element.find("readonly") is None
            actions += self._copy(disk, volume, seen, whole)
        else:
            self._new(disk, volume)
            actions.append(PrepareVolume(volume.pool, volume.name, seen.name, *self._where))
            total.targets.append(disk.target)
        total.actions += [one for one in actions if one not in total.actions]
        total.copied.append(f"{volume.pool}/{volume.name}")

    def _volume(self, disk: Disk) -> VolumeSeen | None:
        source = disk.element.find("source")
        if source.get("pool"):
            return self.here.volume(source.get("pool"), source.get("volume"))
        return self.here.volume_at(source.get("file") or source.get("dev"))

    def _share(self, disk: Disk, volume: VolumeSeen | None, seen: Seen) -> None:
        """Refuse what is shared in name only, as far as that can be seen."""
        if volume is None:
            return
        there = self._same(volume)
        if there is None:
            raise _error(
                disk,
                f"the destination has no volume '{volume.name}' in a pool '{volume.pool}'",
                "Have it copied, with storage=copied.",
            )
        if not seen.active and self._differ(volume):
            raise _error(
                disk,
                f"'{volume.path}' is another file at the destination",
                "Have it copied, with storage=copied, once that one is out of the way.",
            )

    def _below(self, disk: Disk, volume: VolumeSeen) -> list[VolumeSeen]:
        """The layers below a volume, the lowest first."""
        layers: list[VolumeSeen] = []
        while volume.backing:
            lower = self.here.volume_at(volume.backing)
            if lower is None or lower in layers:
                raise _error(
                    disk,
                    f"its layer '{volume.backing}' is in no active pool of this node",
                    "Make a pool of its folder on both nodes.",
                )
            layers.insert(0, lower)
            volume = lower
        return layers

    def _check_copy(self, disk: Disk, volume: VolumeSeen) -> None:
        if disk.element.find("shareable") is not None:
            raise _error(disk, "it is one that several vms share, and a copy is not shared", "")
        if disk.open and disk.element.find("source/encryption") is not None:
            raise _error(
                disk,
                "it is encrypted, which libvirt does not copy while it is used",
                "Stop the vm first, or use shared storage.",
            )

    def _copy(
        self, disk: Disk, volume: VolumeSeen, seen: Seen, whole: bool = False
    ) -> list[Action]:
        """Copy what nobody writes to now; what nobody ever writes to may be there already."""
        if not whole and self._same(volume) is not None:
            if self._differ(volume):
                raise _error(
                    disk,
                    f"'{volume.path}' is another file at the destination",
                    "Bring the same one there, or take that one away.",
                )
            return []
        self._new(disk, volume)
        return [CopyVolume(volume.pool, volume.name, seen.name, *self._where)]

    def _new(self, disk: Disk, volume: VolumeSeen) -> None:
        """Can there be such a volume at the destination?"""
        self._pool(disk, volume.pool)
        if self._same(volume) is not None:
            raise _error(
                disk,
                f"the destination has a volume '{volume.name}' in its pool '{volume.pool}', and "
                "nothing is written over",
                "See what it is; if it is not needed, remove it there with vmrt.libvirt.disk.",
            )
        self._needed[volume.pool] = self._needed.get(volume.pool, 0) + volume.allocation

    def _pool(self, disk: Disk, name: str) -> None:
        here, there = self.here.pool(name), self.there.pool(name)
        if there is None or not there.active:
            raise _error(
                disk,
                f"the destination has no active pool '{name}'",
                "Make it there with vmrt.libvirt.pool and state=active.",
            )
        if here and (here.type, here.target) != (there.type, there.target):
            raise _error(
                disk,
                f"the pool '{name}' is {here.target or here.type} here, and "
                f"{there.target or there.type} at the destination",
                "A disk keeps its path when it moves: make both pools the same.",
            )

    def _same(self, volume: VolumeSeen) -> VolumeSeen | None:
        same = self.there.volume(volume.pool, volume.name)
        return None if same in self._left else same

    @property
    def _where(self) -> tuple[str, str]:
        """The destination, and the UUID of that node."""
        return self._destination, str(self.there.node["uuid"])

    def _differ(self, volume: VolumeSeen) -> bool:
        one, other = (node.digest(volume.pool, volume.name) for node in (self.here, self.there))
        return one != other

    def _room(self) -> Iterator[VmrtError]:
        for name, needed in self._needed.items():
            pool = self.there.pool(name)
            if pool and pool.active and pool.available < needed:
                yield VmrtError(
                    f"the pool '{name}' of the destination has {show_size(pool.available)} left, "
                    f"and the disks take {show_size(needed)}",
                    option="storage",
                )


def _disks(seen: Seen) -> Iterable[Disk]:
    """The disks in force, and those that wait for the next start."""
    known = set()
    for xml in (seen.live_xml, seen.xml):
        for element in tree.parse(xml).iterfind("devices/disk") if xml else ():
            source = element.find("source")
            if source is None or not {"file", "dev", "volume"} & set(source.keys()):
                continue
            place = tuple(source.get(one) for one in ("file", "dev", "pool", "volume"))
            if place not in known:
                known.add(place)
                written = element.find("readonly") is None
                is_open = written and xml is seen.live_xml
                yield Disk(element.find("target").get("dev"), element, is_open)


def _kind(target: str, given: Mapping[str, Any], pool: PoolSeen | None) -> str:
    """Is a disk shared, or copied?"""
    if "disks" in given:
        return COPIED if target in given["disks"] else SHARED
    by_pool = SHARED if pool and pool.type in NETWORK_POOLS else COPIED
    return str(given.get("storage", by_pool))


def _error(disk: Disk, message: str, hint: str) -> VmrtError:
    return VmrtError(f"the disk {disk.target}: {message}", option="storage", hint=hint or None)
