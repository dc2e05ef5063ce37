# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a node in memory. Nothing here can write."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import fake_secrets
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.disk_facts import user_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Thing,
    Volume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    CheckpointSeen,
    Counted,
    PoolSeen,
    SnapshotSeen,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.agent import only_reads
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.name import name_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import BackupSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import FOLDERS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import ALIAS_PREFIX
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError

_POOL_ROOM = 100 * units.GIB


class FakeObserver:
    """The reading half of a node in memory."""

    def __init__(self, node: FakeNode):
        self._node = node

    def close(self) -> None:
        """There is no connection to close."""

    def elsewhere(self, uri: str) -> FakeObserver:
        if uri not in self._node.others:
            raise VmrtError(f"can not connect to '{uri}': nobody there", option="destination")
        return FakeObserver(self._node.others[uri])

    def driver(self) -> str:
        return str(self._node.values["driver"])

    def node(self) -> Mapping[str, Any]:
        return self._node.values

    def domain_capabilities(
        self, domain_type: str, arch: str, machine: str | None
    ) -> Mapping[str, Any] | None:
        return self._node.offers.get(domain_type)

    def now(self) -> int:
        return self._node.now

    def snapshots(self, vm: str | None = None) -> dict[str, list[SnapshotSeen]]:
        vms = self._node.vms
        chosen = {name: one for name, one in vms.items() if vm in (None, name)}
        return {
            name: [
                SnapshotSeen(one, tree.render(root), one == thing.current_snapshot)
                for one, root in thing.snapshots.items()
            ]
            for name, thing in chosen.items()
            if thing.snapshots
        }

    def checkpoints(self, vm: str) -> list[CheckpointSeen]:
        return [
            CheckpointSeen(name, one.description, one.sound)
            for name, one in self._thing("vm", vm).checkpoints.items()
        ]

    def backup_job(self, vm: str) -> str | None:
        return self._thing("vm", vm).job

    def backups(self, folder: str, vm: str | None = None) -> list[BackupSeen]:
        kept = self._node.backups.items()
        return [one for (where, of, _name), one in kept if where == folder and vm in (None, of)]

    def file_digest(self, path: str) -> str:
        held = self._node.files.get(path) or repr(sorted(self._node.written[path].items()))
        return hashlib.sha256(held.encode()).hexdigest()

    def names(self, kind: str) -> list[str]:
        return sorted(self._node.things(kind))

    def vm_of_uuid(self, uuid: str) -> str | None:
        known = {in_force(thing).findtext("uuid"): name for name, thing in self._node.vms.items()}
        return known.get(uuid)

    def look(self, kind: str, name: str) -> Seen | None:
        if kind == "secret":
            secret = fake_secrets.find(self._node, name)
            root = secret.config if secret else None
            return None if root is None else Seen(name_of(root), tree.render(root), "present")
        thing = self._node.things(kind).get(name)
        if thing is None:
            return None
        live = None if thing.live is None else tree.render(thing.live)
        xml = live if thing.config is None else tree.render(thing.config)
        return Seen(
            name=name,
            xml=xml or "",
            state=thing.state,
            live_xml=live,
            autostart=thing.autostart,
            persistent=thing.config is not None,
            saved=thing.saved,
            snapshots=len(thing.snapshots),
            checkpoints=len(thing.checkpoints),
        )

    def definitions(self) -> list[str]:
        return [tree.render(in_force(thing)) for _name, thing in sorted(self._node.vms.items())]

    def _thing(self, kind: str, name: str) -> Thing:
        thing = self._node.things(kind).get(name)
        if thing is None:
            raise NotFound(f"the {kind} '{name}' is gone")
        return thing

    def has_secret_value(self, name: str) -> bool | None:
        return name in self._node.secret_values or (
            None if fake_secrets.is_private(self._node, name) else False
        )

    def is_secret_value(self, name: str, value: bytes) -> bool | None:
        if fake_secrets.is_private(self._node, name):
            known = self._node.known_values.get(name)
            return None if known is None else known == value
        return self._node.secret_values.get(name) == value

    def pool_types(self) -> list[str] | None:
        return self._node.pool_types

    def pool(self, name: str) -> PoolSeen | None:
        thing = self._node.pools.get(name)
        if thing is None:
            return None
        root = in_force(thing)
        target = tree.find(root, "target/path")
        used = sum(v.capacity for (pool, _name), v in self._node.volumes.items() if pool == name)
        active = thing.live is not None
        return PoolSeen(
            name=name,
            active=active,
            type=root.get("type"),
            target=target.text if target and root.get("type") in FOLDERS else None,
            devices=tuple(one.get("path", "") for one in root.iterfind("source/device")),
            capacity=_POOL_ROOM if active else 0,
            allocation=used if active else 0,
            available=_POOL_ROOM - used if active else 0,
        )

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        owner, volume = self._node.pools.get(pool), self._node.volumes.get((pool, name))
        if owner is None or owner.live is None or volume is None:
            return None
        return _volume_seen(pool, name, volume)

    def volumes(self, pool: str, anew: bool = False) -> list[VolumeSeen]:
        seen = (self.volume(pool, name) for owner, name in self._node.volumes if owner == pool)
        return [volume for volume in seen if volume]

    def users(self) -> dict[str, list[User]]:
        users: dict[str, list[User]] = {}
        for vm, thing in self._node.vms.items():
            running = thing.live is not None
            for disk in in_force(thing).iterfind("devices/disk"):
                for path, backing in self._layers(disk, running):
                    user = user_of(vm, running, disk, backing)
                    users.setdefault(path, []).append(user)
        return users

    def _layers(self, disk: tree.Element, running: bool) -> Iterator[tuple[str, bool]]:
        """The path of a disk; those below it are known while it is in use."""
        source = disk.find("source")
        path = None if source is None else source.get("file") or source.get("dev")
        backing = False
        while path:
            yield path, backing
            volume = self._at(path) if running else None
            path, backing = (volume.backing if volume else None), True

    def _at(self, path: str) -> Volume | None:
        return next((v for v in self._node.volumes.values() if v.path == path), None)

    def _held(self, volume: Volume | None) -> dict[str, str]:
        """What is read from a volume, and through it from those below it, by place."""
        if volume is None:
            return {}
        below = self._held(self._at(volume.backing)) if volume.backing else {}
        return {**below, **volume.written}

    def macs(self) -> dict[str, str]:
        return {
            mac.get("address").lower(): vm
            for vm, thing in self._node.vms.items()
            for mac in in_force(thing).iterfind("devices/interface/mac")
        }

    def download(self, pool: str, name: str) -> bytes:
        volume = self._node.volumes.get((pool, name))
        if volume is None:
            raise VmrtError(f"there is no volume '{name}' in the pool '{pool}'")
        return volume.content

    def digest(self, pool: str, name: str) -> str:
        volume = self._node.volumes[pool, name]
        return f"{volume.capacity} {volume.content!r}"

    def runs_cpu(self, domain_type: str, arch: str, machine: str | None, cpu: str) -> bool | None:
        return tree.parse(cpu).findtext("model") not in self._node.lacks_cpus

    def untunable(self, vm: str, call: str) -> str:
        return "" if self._node.cgroups else "cgroup controller is not mounted"

    def addresses(self, vm: str, sources: Iterable[str]) -> list[dict[str, Any]]:
        thing = self._node.vms.get(vm)
        if thing is None or thing.live is None or "lease" not in sources:
            return []
        seen = []
        for nic in thing.live.iterfind("devices/interface"):
            mac, alias = nic.find("mac").get("address"), nic.find("alias").get("name")
            ours = alias.startswith(ALIAS_PREFIX)
            if mac in self._node.leases:
                seen.append(
                    {
                        "nic": alias[len(ALIAS_PREFIX) :] if ours else alias,
                        "network": nic.find("source").get("network"),
                        "mac": mac,
                        "address": self._node.leases[mac],
                        "prefix": 24,
                        "source": "lease",
                    }
                )
        return seen

    def agent(self, vm: str, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        if vm not in self._node.vms:
            raise NotFound(f"asking the agent of '{vm}': there is no such vm")
        if not only_reads(command, arguments or {}):
            raise VmrtError(f"{command} does more than to read")
        return self._ask_agent(vm, command, arguments)

    def _ask_agent(self, vm: str, command: str, arguments: Mapping[str, Any] | None) -> Any:
        answers = self._node.agents.get(vm, {})
        if callable(answers):
            return answers(command, arguments or {})
        if command not in answers:
            raise VmrtError(f"asking the agent of '{vm}': it does not answer")
        return answers[command]

    def read_file(self, path: str, limit: int) -> str | None:
        text = self._node.files.get(path)
        return None if text is None else text[-limit:]

    def vitals(self, vm: str) -> Mapping[str, Any]:
        return self._node.vitals.get(vm, {})

    def counted(self, vm: str | None = None) -> list[Counted]:
        return [
            self._counted(name, thing.state, thing.config if thing.live is None else thing.live)
            for name, thing in sorted(self._node.vms.items())
            if vm in (None, name)
        ]

    @staticmethod
    def _counted(name: str, state: str, root: tree.Element) -> Counted:
        vcpu = root.find("vcpu")
        values = {
            "vcpus": int(vcpu.get("current", vcpu.text)),
            "disks": [{"target": one.get("dev")} for one in root.iterfind("devices/disk/target")],
        }
        return Counted(name, root.findtext("uuid"), state, values)

    def block_device(self, path: str) -> tuple[int, int] | None:
        return self._node.block_devices.get(path)

    def is_folder(self, path: str) -> bool:
        return path in self._node.folders

    def is_file(self, path: str) -> bool:
        return path in self._node.files

    def has(self, path: str) -> bool:
        return path not in self._node.missing

    def real_path(self, path: str) -> str:
        return self._node.links.get(path, path)

    def arrival(self, path: str) -> Arrival | None:
        return self._node.arrivals.get(path)

    def rests_on(self, path: str) -> str | None:
        return self._node.below.get(path)

    def written(self, path: str) -> int | None:
        return self._node.times.get(path)

    def complaints(self, kind: str, xml: str) -> list[str]:
        return [] if tree.parse(xml).find("oddity") is None else ["Did not expect element oddity"]

    def vet(self, path: str, checksum: str | None, image_format: str | None) -> int | None:
        if path not in self._node.sources:
            raise VmrtError(f"can't read '{path}': No such file or directory", option="source")
        return self._node.sources[path]

    def answers(self, address: str, port: int, timeout: float) -> str:
        return self._node.servers.get((address, port), "")


def in_force(thing: Thing) -> tree.Element:
    return thing.config if thing.live is None else thing.live


def _volume_seen(pool: str, name: str, volume: Volume) -> VolumeSeen:
    return VolumeSeen(
        pool=pool,
        name=name,
        path=volume.path,
        capacity=volume.capacity,
        format=volume.format,
        backing=volume.backing,
        allocation=volume.capacity,
        length=volume.length,
        compat=volume.compat,
        cluster_size=volume.cluster_size,
        encrypted=volume.encrypted,
    )
