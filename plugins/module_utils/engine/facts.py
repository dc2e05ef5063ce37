# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What planning may know of a node: read when it is asked for, and never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.definitions import (
    of_pools,
    of_vms,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

if TYPE_CHECKING:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
    from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import BackupSeen


@dataclass(frozen=True)
class PoolSeen:
    """A pool; sizes are in bytes, ``target`` is its folder where it has one, and ``devices`` are
    what it is made of."""

    name: str
    active: bool
    type: str
    target: str | None
    devices: tuple[str, ...] = ()
    available: int = 0
    capacity: int = 0
    allocation: int = 0


@dataclass(frozen=True)
class VolumeSeen:
    """A volume; its capacity is in bytes and None where it is not known yet."""

    pool: str
    name: str
    path: str
    capacity: int | None
    format: str | None
    backing: str | None = None
    allocation: int = 0
    # How long its file is, holes included; None where it is no file.
    length: int | None = None
    # Of a qcow2 file: its version, and the bytes that it takes at a time.
    compat: str | None = None
    cluster_size: int | None = None
    encrypted: bool = False
    # UUID of the secret that it is encrypted with, or what that is for, as far as libvirt knows.
    secret: str | None = None


@dataclass(frozen=True)
class SnapshotSeen:
    """A snapshot as libvirt keeps it: ``xml`` tells what the vm was, secrets included."""

    name: str
    xml: str
    current: bool = False


@dataclass(frozen=True)
class CheckpointSeen:
    """A moment from which libvirt knows what was written since. ``sound`` are the targets of the
    disks of which it really does."""

    name: str
    description: str
    sound: frozenset[str] = frozenset()


@dataclass(frozen=True)
class User:
    """A vm that uses a file: ``target`` is its name for the disk, ``disk`` ours, ``backing`` tells
    that the file is only a lower layer of it, ``writes`` that it is not only read, and ``shares``
    that others may write to it."""

    vm: str
    running: bool
    target: str
    backing: bool = False
    writes: bool = True
    shares: bool = False
    disk: str | None = None


@dataclass(frozen=True)
class Counted:
    """What a vm does and uses; ``state`` is libvirt's word, ``values`` are of the schema
    STATISTICS."""

    name: str
    uuid: str
    state: str
    values: Mapping[str, Any]


class Observer(Protocol):
    """All that may be read of a node. Nothing here writes."""

    def elsewhere(self, uri: str) -> Observer:
        """Another node, as this one reaches it."""

    def driver(self) -> str:
        """libvirt's name of the driver behind the connection."""

    def node(self) -> Mapping[str, Any]:
        """Values of the schema NODE."""

    def domain_capabilities(
        self, domain_type: str, arch: str, machine: str | None
    ) -> Mapping[str, Any] | None:
        """Values of the schema DOMAIN_CAPABILITIES; None where libvirt can not tell."""

    def now(self) -> int:
        """The time on the node, in seconds since 1970."""

    def names(self, kind: str) -> list[str]:
        """The names of all things of a kind: vm, network, pool, secret."""

    def vm_of_uuid(self, uuid: str) -> str | None:
        """The name of the vm with a UUID, or None."""

    def look(self, kind: str, name: str) -> Seen | None:
        """A vm, network, pool or secret, or None."""

    def definitions(self) -> list[str]:
        """The definition in force of each vm, in the order of their names."""

    def snapshots(self, vm: str | None = None) -> Mapping[str, list[SnapshotSeen]]:
        """The snapshots of a vm, or of all that have any, by the name of the vm; parents come
        before their children."""

    def has_secret_value(self, name: str) -> bool | None:
        """Has a secret a value? None where that can not be known."""

    def is_secret_value(self, name: str, value: bytes) -> bool | None:
        """Has a secret this value? None where that can not be known."""

    def pool_types(self) -> list[str] | None:
        """The kinds of pools that libvirt can have, or None where it can not tell."""

    def checkpoints(self, vm: str) -> list[CheckpointSeen]:
        """The checkpoints of a vm."""

    def backup_job(self, vm: str) -> str | None:
        """libvirt's XML of the backup that a vm is busy with, if any."""

    def backups(self, folder: str, vm: str | None = None) -> list[BackupSeen]:
        """The backups in a folder of the node, of a vm or of all."""

    def file_digest(self, path: str) -> str:
        """The SHA-256 of a file of the node."""

    def pool(self, name: str) -> PoolSeen | None:
        """A pool, or None."""

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        """A volume of an active pool, or None."""

    def volumes(self, pool: str, anew: bool = False) -> list[VolumeSeen]:
        """All volumes of an active pool; ``anew`` finds those too that came without libvirt."""

    def users(self) -> Mapping[str, list[User]]:
        """Who uses which path, over all vms of the node."""

    def macs(self) -> Mapping[str, str]:
        """Which vm has which MAC address."""

    def download(self, pool: str, name: str) -> bytes:
        """The content of a small volume."""

    def digest(self, pool: str, name: str) -> str:
        """What tells the content of a volume from that of any other, as good as surely."""

    def runs_cpu(self, domain_type: str, arch: str, machine: str | None, cpu: str) -> bool | None:
        """Can the node run the CPU of a definition? None where libvirt can not tell."""

    def addresses(self, vm: str, sources: Iterable[str]) -> list[dict[str, Any]]:
        """Values of the schema ADDRESS of a running vm, from lease and agent."""

    def untunable(self, vm: str, call: str) -> str:
        """Why a running vm can not be tuned through one of libvirt's calls; "" where it can."""

    def agent(self, vm: str, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        """What the guest agent answers."""

    def read_file(self, path: str, limit: int) -> str | None:
        """The end of a text file of the node, for messages; None where it can't be read."""

    def vitals(self, vm: str) -> Mapping[str, Any]:
        """What is known of the life of a vm: ``reason``, ``control``, ``disk_errors``,
        ``processes`` and ``paths`` of the schemas HEALTH, PROCESSES and PATHS."""

    def counted(self, vm: str | None = None) -> list[Counted]:
        """What a vm uses, or each of them."""

    def block_device(self, path: str) -> tuple[int, int] | None:
        """Major and minor number of a block device, as far as can be seen from here."""

    def is_folder(self, path: str) -> bool:
        """Is there a folder, as far as can be seen from here?"""

    def is_file(self, path: str) -> bool:
        """Is there a file, as far as can be seen from here?"""

    def has(self, path: str) -> bool:
        """Is there such a file on the node? Where that can not be seen, there may be."""

    def real_path(self, path: str) -> str:
        """Where a path leads to when links are followed, as far as can be seen from here."""

    def arrival(self, path: str) -> Arrival | None:
        """How the image at a path came, as far as can be seen from here; None of anything else."""

    def rests_on(self, path: str) -> str | None:
        """What a qcow2 file says of the file below it, in its own words; None of anything else."""

    def written(self, path: str) -> int | None:
        """When a file was written to, in seconds since 1970; None where that can not be seen."""

    def complaints(self, kind: str, xml: str) -> list[str]:
        """What libvirt's grammar has against a definition."""

    def vet(self, path: str, checksum: str | None, image_format: str | None) -> int | None:
        """The capacity, in bytes, that an image made of a file of the node would have. Raises
        VmrtError if it can not become one."""

    def answers(self, address: str, port: int, timeout: float) -> str:
        """What a server in a guest says first, as seen from the node; "" when nothing."""


@dataclass(frozen=True)
class Foreseen:
    """Things that earlier steps of the same play make: in check mode they are not there yet."""

    # Whether they are active, by their names.
    networks: Mapping[str, bool] = field(default_factory=dict)
    # Without a target, one that is there keeps its own.
    pools: Mapping[str, PoolSeen] = field(default_factory=dict)
    # Their capacity in bytes, or None, by pool and name.
    volumes: Mapping[tuple[str, str], int | None] = field(default_factory=dict)
    # Paths of other files.
    files: frozenset[str] = frozenset()


class NodeFacts:
    """The node as planning sees it: what the observer reads, and what is foreseen."""

    def __init__(self, observer: Observer, foreseen: Foreseen | None = None):
        self._observer = observer
        self._foreseen = foreseen or Foreseen()
        self._offers: dict[tuple[str, str, str | None], Mapping[str, Any] | None] = {}
        self._pools: dict[str, PoolSeen | None] = {}
        self._volumes: dict[tuple[str, str], VolumeSeen | None] = {}
        self._networks: dict[str, Seen | None] = {}
        self._listed: dict[str, list[VolumeSeen]] = {}

    @cached_property
    def node(self) -> Mapping[str, Any]:
        return self._observer.node()

    @cached_property
    def now(self) -> int:
        return self._observer.now()

    def offers(self, domain_type: str, arch: str, machine: str | None) -> Mapping[str, Any] | None:
        """What a hypervisor of the node can do, or None where that is not known. It takes libvirt
        a while to tell, so only those ask who need it."""
        key = (domain_type, arch, machine)
        if key not in self._offers:
            self._offers[key] = self._observer.domain_capabilities(*key)
        return self._offers[key]

    @cached_property
    def users(self) -> Mapping[str, list[User]]:
        return self._observer.users()

    @cached_property
    def macs(self) -> Mapping[str, str]:
        return self._observer.macs()

    @cached_property
    def network_names(self) -> list[str]:
        return sorted({*self._observer.names("network"), *self._foreseen.networks})

    @cached_property
    def pool_names(self) -> list[str]:
        return sorted({*self._observer.names("pool"), *self._foreseen.pools})

    @cached_property
    def pool_types(self) -> list[str] | None:
        return self._observer.pool_types()

    def has(self, path: str) -> bool:
        return path in self._foreseen.files or self._observer.has(path)

    def has_folder(self, path: str) -> bool | None:
        """Is there a folder? None where that can not be seen."""
        return self._observer.is_folder(path) if is_here(self.node["uri"]) else None

    def arrival(self, path: str) -> Arrival | None:
        return self._observer.arrival(path)

    def rests_on(self, path: str) -> str | None:
        return self._observer.rests_on(path)

    def written(self, path: str) -> int | None:
        return self._observer.written(path)

    def complaints(self, kind: str, xml: str) -> list[str]:
        return self._observer.complaints(kind, xml)

    @cached_property
    def vm_definitions(self) -> Mapping[str, list[tree.Element]]:
        """All definitions that libvirt keeps of each vm, those of its snapshots too."""
        return of_vms(self._observer)

    @cached_property
    def pool_definitions(self) -> Mapping[str, list[tree.Element]]:
        """All definitions that libvirt keeps of each pool."""
        return of_pools(self._observer)

    def has_secret_value(self, name: str) -> bool | None:
        return self._observer.has_secret_value(name)

    def is_secret_value(self, name: str, value: bytes) -> bool | None:
        return self._observer.is_secret_value(name, value)

    def network_active(self, name: str) -> bool | None:
        """Is the network active? None when there is no such network."""
        if name in self._foreseen.networks:
            return self._foreseen.networks[name]
        seen = self.network(name)
        return None if seen is None else seen.active

    def network(self, name: str) -> Seen | None:
        if name not in self._networks:
            self._networks[name] = self._observer.look("network", name)
        return self._networks[name]

    def pool(self, name: str) -> PoolSeen | None:
        if name not in self._pools:
            seen = self._observer.pool(name)
            planned = self._foreseen.pools.get(name)
            if planned and seen is None:
                seen = planned
            elif planned and seen and planned.active != seen.active:
                target = planned.target or seen.target
                seen = replace(seen, active=planned.active, target=target)
            self._pools[name] = seen
        return self._pools[name]

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        key = (pool, name)
        if key not in self._volumes:
            seen = self._observer.volume(pool, name)
            owner = self.pool(pool)
            if seen is None and owner and owner.target:
                seen = self._later(key, f"{owner.target}/{name}")
            self._volumes[key] = seen
        return self._volumes[key]

    def _later(self, key: tuple[str, str], path: str) -> VolumeSeen | None:
        """A volume that is not there yet, and will be."""
        pool, name = key
        if key in self._foreseen.volumes:
            return VolumeSeen(pool, name, path, self._foreseen.volumes[key], "qcow2")
        # The folder of a pool that is made may have been one before, with what is in it.
        is_new = pool in self._foreseen.pools and is_here(self.node["uri"])
        lies_there = is_new and self._observer.is_file(path)
        return VolumeSeen(pool, name, path, None, None) if lies_there else None

    def with_volume(self, pool: str, name: str, size: int | None) -> NodeFacts:
        """The node as it is once a volume is made."""
        volumes = {**self._foreseen.volumes, (pool, name): size}
        return NodeFacts(self._observer, replace(self._foreseen, volumes=volumes))

    def vm(self, name: str) -> Seen | None:
        return self._observer.look("vm", name)

    def is_file(self, path: str) -> bool:
        return self._observer.is_file(path)

    def real_path(self, path: str) -> str:
        return self._observer.real_path(path)

    def volume_at(self, path: str) -> VolumeSeen | None:
        """The volume that has a path, where a pool holds the path's folder."""
        folder, _slash, name = path.rpartition("/")
        for pool in self.pool_names:
            seen = self.pool(pool)
            if seen and seen.active and seen.target == folder:
                return self.volume(pool, name)
        return None

    def block_device(self, path: str) -> tuple[int, int] | None:
        return self._observer.block_device(path)

    def download(self, pool: str, name: str) -> bytes:
        return self._observer.download(pool, name)

    def digest(self, pool: str, name: str) -> str:
        return self._observer.digest(pool, name)

    def vet(self, path: str, checksum: str | None, image_format: str | None) -> int | None:
        return self._observer.vet(path, checksum, image_format)

    def untunable(self, vm: str, call: str) -> str:
        return self._observer.untunable(vm, call)

    def snapshots(self, vm: str) -> list[SnapshotSeen]:
        return self._observer.snapshots(vm).get(vm, [])

    def checkpoints(self, vm: str) -> list[CheckpointSeen]:
        return self._observer.checkpoints(vm)

    def backup_job(self, vm: str) -> str | None:
        return self._observer.backup_job(vm)

    def backups(self, folder: str, vm: str) -> list[BackupSeen]:
        return self._observer.backups(folder, vm)

    def file_digest(self, path: str) -> str:
        return self._observer.file_digest(path)

    def read_file(self, path: str, limit: int) -> str | None:
        return self._observer.read_file(path, limit)

    def vm_of_uuid(self, uuid: str) -> str | None:
        return self._observer.vm_of_uuid(uuid)

    def volumes(self, pool: str) -> list[VolumeSeen]:
        if pool not in self._listed:
            self._listed[pool] = self._observer.volumes(pool)
        return self._listed[pool]

    def every_volume(self) -> list[VolumeSeen]:
        """The volumes of all active pools, as they are at this moment."""
        return [one for pool in self.pool_names for one in self._observer.volumes(pool, anew=True)]
