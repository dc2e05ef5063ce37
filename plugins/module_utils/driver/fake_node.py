# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of a node in memory: what a fake observer reads, and a fake host changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import BackupSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units

_MACHINES = ["pc", "pc-i440fx-7.2", "pc-q35-7.2", "q35"]
VALUES: Mapping[str, Any] = {
    "hostname": "node1",
    "uri": "fake:///system",
    "driver": "QEMU",
    "libvirt_version": "9.0.0",
    "hypervisor_version": "7.2.22",
    "uuid": "c7a5fdbd-cdaf-9455-926a-d65c16db1809",
    "arch": "x86_64",
    "cpu_model": "EPYC",
    "cpus": 8,
    "memory": 64 * units.GIB,
    "memory_free": 42 * units.GIB,
    "guests": [
        {
            "os_type": "hvm",
            "arch": "x86_64",
            "emulator": "/usr/bin/qemu-system-x86_64",
            "machines": _MACHINES,
            "max_vcpus": 255,
            "hypervisors": ["qemu", "kvm"],
        }
    ],
}


@dataclass
class Checkpoint:
    """What libvirt would record from a moment on; ``held`` is what the disks held then."""

    description: str
    sound: frozenset[str]
    held: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Thing:
    """A vm, network, pool or secret. ``config`` is its definition, None where it is transient, and
    ``live`` the one in force."""

    config: tree.Element | None = None
    live: tree.Element | None = None
    state: str = "inactive"
    autostart: bool = False
    saved: bool = False
    # Their definitions by their names, in the order in which they were taken.
    snapshots: dict[str, tree.Element] = field(default_factory=dict)
    current_snapshot: str | None = None
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    # libvirt's XML of the backup that it is busy with.
    job: str | None = None


@dataclass
class Volume:
    """A volume; sizes are in bytes."""

    path: str
    capacity: int
    format: str | None = "qcow2"
    backing: str | None = None
    content: bytes = b""
    mode: str | None = None
    # How long its file is, and what guests wrote to this layer of a disk, by place.
    length: int | None = None
    written: dict[str, str] = field(default_factory=dict)
    compat: str | None = None
    cluster_size: int | None = None
    encrypted: bool = False
    # What its internal snapshots hold of that.
    inside: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class FakeNode:
    """All that there is. ``folders`` exist on its disk, ``sources`` are what images can be fetched
    from, with their capacity in bytes. What guests do is told by ``leases`` (an address by MAC),
    ``agents`` (a FakeAgent, or answers by command, of a vm) and ``servers`` (what answers a port
    first).
    """

    values: Mapping[str, Any] = field(default_factory=lambda: dict(VALUES))
    vms: dict[str, Thing] = field(default_factory=dict)
    networks: dict[str, Thing] = field(default_factory=dict)
    pools: dict[str, Thing] = field(default_factory=dict)
    # Their values by their names, and those of private ones that are remembered.
    secrets: dict[str, Thing] = field(default_factory=dict)
    secret_values: dict[str, bytes] = field(default_factory=dict)
    known_values: dict[str, bytes] = field(default_factory=dict)
    volumes: dict[tuple[str, str], Volume] = field(default_factory=dict)
    folders: set[str] = field(default_factory=lambda: {"/var/lib/libvirt/images"})
    # Files that nodes often have, and this one has not.
    missing: set[str] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)
    leases: dict[str, str] = field(default_factory=dict)
    # What hypervisors can do, by libvirt's types of domains; libvirt can not tell it of others.
    offers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    agents: dict[str, Any] = field(default_factory=dict)
    servers: dict[tuple[str, int], str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    vitals: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    # Guests that do not shut down, and devices that guests hold on to, by their aliases.
    deaf: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    # Steps that were taken and left no other trace.
    done: list[Any] = field(default_factory=list)
    # How images came, by their paths.
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    # What files outside of pools rest on, and when files were written to, by their paths.
    below: dict[str, str] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    # Where links lead to, by their paths.
    links: dict[str, str] = field(default_factory=dict)
    # Numbers of block devices, by their paths.
    block_devices: dict[str, tuple[int, int]] = field(default_factory=dict)
    # Other nodes, by their URIs, and CPUs that this one does not have, by their models.
    others: dict[str, FakeNode] = field(default_factory=dict)
    lacks_cpus: set[str] = field(default_factory=set)
    # The kinds of pools that libvirt can have; None means that it can not tell.
    pool_types: list[str] | None = None
    # Backups by folder, vm and name, what their files hold by path, and disks that are restored
    # and not seen yet. A full folder takes none.
    backups: dict[tuple[str, str, str], BackupSeen] = field(default_factory=dict)
    written: dict[str, dict[str, str]] = field(default_factory=dict)
    restoring: dict[tuple[str, str], Volume] = field(default_factory=dict)
    full: bool = False
    # Can libvirt use cgroups?
    cgroups: bool = True
    # In seconds since 1970.
    now: int = 1767225600

    def things(self, kind: str) -> dict[str, Thing]:
        """All of a kind: vm, network, pool, secret."""
        return {
            "vm": self.vms,
            "network": self.networks,
            "pool": self.pools,
            "secret": self.secrets,
        }[kind]

    def picture(self) -> Any:
        """All that libvirt would tell, as plain data: equal when nothing changed."""

        def xml(element: tree.Element | None) -> str | None:
            return None if element is None else tree.render(element)

        return {
            **{
                kind: {
                    name: (xml(one.config), xml(one.live), one.state, one.autostart, one.saved)
                    for name, one in self.things(kind).items()
                }
                for kind in ("vm", "network", "pool", "secret")
            },
            "secret values": dict(self.secret_values),
            "volumes": {key: vars(volume).copy() for key, volume in self.volumes.items()},
            "folders": sorted(self.folders),
            "backups": dict(self.backups),
            "snapshots": {
                name: (one.current_snapshot, {key: xml(it) for key, it in one.snapshots.items()})
                for name, one in self.vms.items()
            },
        }
