# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a vm's disks, its snapshots, and what rests on what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    Moment,
    read_moment,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import path_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, read

# An overlay that QEMU made and nobody wrote to has a header, its counts and one table; the first
# write adds a table and a cluster.
_FRESH = 4 * 64 * 1024


@dataclass(frozen=True)
class Disk:
    """A disk that snapshots are taken of."""

    name: str
    target: str
    path: str
    format: str
    shared: bool
    by_name: bool


@dataclass(frozen=True)
class World:
    """``disks`` are by target, ``volumes`` by path; ``owned`` are pool and name. ``others`` are
    the vms besides this one that use a path, ``fixed`` files of this one that no snapshot is
    taken of."""

    vm: str
    up: bool
    disks: Mapping[str, Disk]
    excluded: tuple[str, ...]
    moments: tuple[Moment, ...]
    volumes: Mapping[str, VolumeSeen]
    owned: tuple[str, ...]
    others: Mapping[str, list[str]]
    fixed: frozenset[str] = frozenset()

    def moment(self, name: str | None) -> Moment | None:
        return next((one for one in self.moments if one.name == name), None)

    def overlays(self, path: str) -> list[str]:
        """The files that rest on a file."""
        return [one.path for one in self.volumes.values() if one.backing == path]

    def chain(self, path: str) -> list[str]:
        """A file and those that it rests on, down to one that is in no pool."""
        found: list[str] = []
        while path in self.volumes and path not in found:
            found.append(path)
            path = self.volumes[path].backing or ""
        return found

    def key(self, path: str) -> str:
        """A volume as it is owned."""
        return f"{self.volumes[path].pool}/{self.volumes[path].name}"

    def owns(self, path: str) -> bool:
        return path in self.volumes and self.key(path) in self.owned

    def untouched(self, disk: Disk) -> bool:
        """Has nobody written to a disk since its last snapshot? Only of a vm that is off."""
        volume = self.volumes.get(disk.path)
        frozen = {one.files.get(disk.target) for one in self.moments if one.external}
        return bool(
            volume and self.owns(disk.path) and volume.backing in frozen and is_fresh(volume)
        )

    def needs(self, path: str) -> bool:
        """Is a file in use, or does anything rest on it?"""
        return path in self._needed() or path in self.others or bool(self.overlays(path))

    def _needed(self) -> set[str]:
        """The files of the disks, and those that hold snapshots."""
        needed = {disk.path for disk in self.disks.values()} | self.fixed
        for one in self.moments:
            needed |= {*one.files.values(), one.memory_path or ""}
        return needed

    def garbage(self) -> list[str]:
        """Overlays and memories of ours that nothing leads to any more, those above first."""
        needed = self._needed()
        volumes = dict(self.volumes)
        gone: list[str] = []
        while True:
            resting = {one.backing for one in volumes.values()}
            idle = [
                path
                for path, volume in volumes.items()
                if self.owns(path)
                and (volume.backing or path.endswith(MEMORY))
                and path not in needed
                and path not in resting
                and path not in self.others
            ]
            if not idle:
                return gone
            gone += sorted(idle)
            for path in idle:
                del volumes[path]

    def without(self, paths: list[str]) -> World:
        kept = {path: one for path, one in self.volumes.items() if path not in paths}
        gone = {self.key(path) for path in paths if path in self.volumes}
        return replace(
            self, volumes=kept, owned=tuple(one for one in self.owned if one not in gone)
        )


MEMORY = ".memory"


def is_fresh(volume: VolumeSeen) -> bool:
    """Has nobody written to an overlay?"""
    return volume.length is not None and volume.length <= _FRESH


def look_around(seen: Seen, facts: NodeFacts) -> World:
    """The world of a vm, read anew."""
    root = tree.parse(seen.xml)
    volumes = {one.path: one for one in facts.every_volume()}
    disks, excluded, fixed = {}, [], set()
    for item in items(VM["disks"], tree.parse(seen.live_xml or seen.xml)):
        values = item.values
        path = path_of(values, facts)
        if values.get("readonly") or values.get("snapshot") == "no" or not path:
            excluded.append(values["target"])
            fixed.add(path or "")
            continue
        disks[values["target"]] = Disk(
            name=values["name"],
            target=values["target"],
            path=path,
            format=values.get("format") or "raw",
            shared=bool(values.get("shareable")),
            by_name=values.get("type") == "volume",
        )
    # What waits for a restart is needed too.
    for item in items(VM["disks"], root):
        path, now = path_of(item.values, facts), disks.get(item.values["target"])
        if path and (now is None or now.path != path):
            fixed.add(path)
    users = {
        path: sorted({user.vm for user in found if user.vm != seen.name})
        for path, found in facts.users.items()
    }
    return World(
        vm=seen.name,
        up=is_up(seen.state),
        disks=disks,
        excluded=tuple(excluded),
        moments=tuple(read_moment(one) for one in facts.snapshots(seen.name)),
        volumes=volumes,
        owned=tuple(owned_volumes(read(VM, root))),
        others={path: vms for path, vms in users.items() if vms},
        fixed=frozenset(fixed),
    )
