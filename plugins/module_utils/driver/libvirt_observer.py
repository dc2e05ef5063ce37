# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a node through libvirt. Nothing here can write."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import grammar, known_flags
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.addresses import (
    Told,
    interfaces,
    known_addresses,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.agent_call import call_agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    connect,
    found,
    libvirt,
    refresh,
    supported,
    translated,
    without_questions,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.disk_facts import (
    device_numbers,
    user_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.kept_checkpoints import (
    checkpoints_of,
    job_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.kept_snapshots import (
    snapshots_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_secrets import (
    find_secret,
    has_value,
    is_value,
    seen_secret,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.statistics import counted
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.transfer import digest
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.tune import READS
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.vitals import vitals
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    CheckpointSeen,
    Counted,
    PoolSeen,
    SnapshotSeen,
    User,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.agent import only_reads
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import vet
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.domain_capabilities import (
    DOMAIN_CAPABILITIES,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.node import CAPABILITIES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import FOLDERS
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    VmrtError,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

if TYPE_CHECKING:
    from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import Arrival
    from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import BackupSeen

_AGENT_SECONDS = 5
STATES = (
    *("no state", "running", "blocked", "paused", "in shutdown", "shutoff", "crashed"),
    "pmsuspended",
)


def without_room(xml: str) -> str:
    """The definition of a pool, without its room, which anybody changes who writes a file."""
    root = tree.parse(xml)
    for place in ("capacity", "allocation", "available"):
        tree.remove(root, place)
    return tree.render(root)


def version(number: int) -> str:
    """libvirt's way to write a version as one number: 9000000 is 9.0.0."""
    return f"{number // 1000000}.{number // 1000 % 1000}.{number % 1000}"


class LibvirtObserver:
    """The reading half of a node. ``uri`` is libvirt's; the connection lasts until ``close``."""

    def __init__(self, uri: str):
        self.uri = uri
        # A connection that may not write is refused secrets, without which no edit is whole.
        self._connection = connect(uri, write=True)
        self._elsewhere: dict[str, LibvirtObserver] = {}

    def close(self) -> None:
        for other in self._elsewhere.values():
            other.close()
        self._connection.close()

    def elsewhere(self, uri: str) -> LibvirtObserver:
        """Another node, as this one reaches it."""
        # Few modules ask another node.
        from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.events import (
            keep_alive,
            start_loop,
        )

        if uri not in self._elsewhere:
            # A node that lost its power says nothing any more, and nobody waits for it for long.
            start_loop()
            try:
                self._elsewhere[uri] = LibvirtObserver(without_questions(uri))
            except VmrtError as error:
                raise VmrtError(
                    error.message,
                    option="destination",
                    hint=f"On the node, as the user of this task, try: virsh -c {uri} version",
                ) from error
            keep_alive(self._elsewhere[uri]._connection)
        return self._elsewhere[uri]

    def _revive(self) -> None:
        """Connect again where libvirt, or the node, was gone meanwhile."""
        try:
            self._connection.getLibVersion()
        except libvirt.libvirtError:
            self._connection = connect(self.uri, write=True)

    def driver(self) -> str:
        """libvirt's name of the driver behind the connection."""
        return str(self._connection.getType())

    def node(self) -> dict[str, Any]:
        with translated("reading the node"):
            capabilities = read(CAPABILITIES, tree.parse(self._connection.getCapabilities()))
            info = self._connection.getInfo()
            return {
                **capabilities,
                "guests": capabilities.get("guests") or [],
                "hostname": self._connection.getHostname(),
                "uri": self._connection.getURI(),
                "driver": self.driver(),
                "libvirt_version": version(self._connection.getLibVersion()),
                "hypervisor_version": version(self._connection.getVersion()),
                "cpus": info[2],
                "memory": info[1] * units.MIB,
                "memory_free": supported(self._connection.getFreeMemory),
            }

    def domain_capabilities(
        self, domain_type: str, arch: str, machine: str | None
    ) -> dict[str, Any] | None:
        with translated(f"reading what {domain_type} can do for {arch}"):
            text = supported(
                self._connection.getDomainCapabilities, None, arch, machine, domain_type
            )
            return read(DOMAIN_CAPABILITIES, tree.parse(text)) if text else None

    def now(self) -> int:
        return int(time.time())

    def names(self, kind: str) -> list[str]:
        with translated(f"listing each {kind}"):
            if kind == "secret":
                return sorted(seen_secret(one).name for one in self._all(kind))
            return sorted(thing.name() for thing in self._all(kind))

    def vm_of_uuid(self, uuid: str) -> str | None:
        with translated(f"looking for the UUID {uuid}"):
            domain = found(self._connection.lookupByUUIDString, uuid)
            return None if domain is None else str(domain.name())

    def look(self, kind: str, name: str) -> Seen | None:
        with translated(f"reading the {kind} '{name}'"):
            thing = self._find(kind, name)
            if thing is None:
                return None
            return seen_secret(thing) if kind == "secret" else self._seen(kind, thing)

    def has_secret_value(self, name: str) -> bool | None:
        with translated(f"looking whether the secret '{name}' has a value"):
            return has_value(self._thing("secret", name))

    def is_secret_value(self, name: str, value: bytes) -> bool | None:
        with translated(f"comparing the value of the secret '{name}'"):
            return is_value(self._thing("secret", name), value)

    def definitions(self) -> list[str]:
        with translated("reading each vm"):
            # One that goes in the meantime is left out.
            told = {domain.name(): found(domain.XMLDesc, 0) for domain in self._all("vm")}
            return [told[name] for name in sorted(told) if told[name]]

    def _all(self, kind: str) -> list[Any]:
        lists = {
            "vm": self._connection.listAllDomains,
            "network": self._connection.listAllNetworks,
            "pool": self._connection.listAllStoragePools,
            "secret": self._connection.listAllSecrets,
        }
        things: list[Any] = lists[kind]()
        return things

    def _find(self, kind: str, name: str) -> Any:
        look_up = {
            "vm": self._connection.lookupByName,
            "network": self._connection.networkLookupByName,
            "pool": self._connection.storagePoolLookupByName,
        }
        if kind == "secret":
            return find_secret(self._connection, name)
        return found(look_up[kind], name)

    def _thing(self, kind: str, name: str) -> Any:
        thing = self._find(kind, name)
        if thing is None:
            raise NotFound(f"the {kind} '{name}' is gone")
        return thing

    def _seen(self, kind: str, thing: Any) -> Seen:
        active = bool(thing.isActive())
        # A driver that can not tell keeps every definition.
        persistent = supported(thing.isPersistent) != 0
        inactive = known_flags.inactive(self.driver(), kind)
        secure = libvirt.VIR_DOMAIN_XML_SECURE if kind == "vm" else 0
        xml = thing.XMLDesc(inactive if persistent else secure)
        if kind == "pool":
            xml = without_room(xml)
        state = STATES[thing.state()[0]] if kind == "vm" else "active" if active else "inactive"
        return Seen(
            name=thing.name(),
            xml=xml,
            state=state,
            live_xml=thing.XMLDesc(secure) if active else None,
            autostart=bool(supported(thing.autostart)) if persistent else False,
            persistent=persistent,
            saved=kind == "vm" and bool(supported(thing.hasManagedSaveImage, 0)),
            snapshots=(kind == "vm" and supported(thing.snapshotNum, 0)) or 0,
            checkpoints=len((kind == "vm" and supported(thing.listAllCheckpoints, 0)) or ()),
        )

    def pool_types(self) -> list[str] | None:
        with translated("reading which pools there can be"):
            text = supported(self._connection.getStoragePoolCapabilities, 0)
        if not text:
            return None
        known = tree.parse(text).iterfind("pool[@supported='yes']")
        return [pool.get("type", "") for pool in known]

    def pool(self, name: str) -> PoolSeen | None:
        with translated(f"reading the pool '{name}'"):
            pool = self._find("pool", name)
            if pool is None:
                return None
            root = tree.parse(pool.XMLDesc(0))
            kind = root.get("type")
            target = tree.find(root, "target/path")
            devices = root.iterfind("source/device")
            _state, capacity, allocation, available = pool.info()
            return PoolSeen(
                name=name,
                active=bool(pool.isActive()),
                type=kind,
                target=target.text if target and kind in FOLDERS else None,
                devices=tuple(device.get("path", "") for device in devices),
                capacity=capacity,
                allocation=allocation,
                available=available,
            )

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        with translated(f"reading the volume '{name}' of the pool '{pool}'"):
            owner = self._find("pool", pool)
            if owner is None or not owner.isActive():
                return None
            seen = self._known_volume(owner, name)
            if seen is None:
                # Somebody may have put it there, or deleted it, without libvirt.
                refresh(owner)
                seen = self._known_volume(owner, name)
            return seen

    def _refresh(self, pools: Iterable[str]) -> None:
        """Have libvirt see what others did to files of these pools."""
        for pool in pools:
            refresh(self._thing("pool", pool))

    def _known_volume(self, pool: Any, name: str) -> VolumeSeen | None:
        volume = found(pool.storageVolLookupByName, name)
        return None if volume is None else found(self._volume, pool.name(), volume)

    def snapshots(self, vm: str | None = None) -> dict[str, list[SnapshotSeen]]:
        with translated("reading the snapshots"):
            domain = None if vm is None else self._find("vm", vm)
            if vm is not None and domain is None:
                return {}
            return snapshots_of(self._connection, domain)

    def checkpoints(self, vm: str) -> list[CheckpointSeen]:
        with translated(f"reading the checkpoints of '{vm}'"):
            return checkpoints_of(self._thing("vm", vm))

    def backup_job(self, vm: str) -> str | None:
        with translated(f"reading what '{vm}' is busy with"):
            return job_of(self._thing("vm", vm))

    def backups(self, folder: str, vm: str | None = None) -> list[BackupSeen]:
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media import backup_files

        return backup_files.listed(folder, vm)

    def file_digest(self, path: str) -> str:
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.backup_files import (
            digest as of_file,
        )

        return of_file(path)

    def volumes(self, pool: str, anew: bool = False) -> list[VolumeSeen]:
        with translated(f"listing the volumes of the pool '{pool}'"):
            owner = self._find("pool", pool)
            if owner is None or not owner.isActive():
                return []
            if anew:
                refresh(owner)
            # A file that somebody deleted is a volume until the pool is refreshed.
            seen = [found(self._volume, pool, volume) for volume in owner.listAllVolumes()]
            return [volume for volume in seen if volume]

    @staticmethod
    def _volume(pool: str, volume: Any) -> VolumeSeen:
        root = tree.parse(volume.XMLDesc(0))
        format_spot = tree.find(root, "target/format/@type")
        backing = tree.find(root, "backingStore/path")
        length = root.findtext("physical")
        size = root.find("target/clusterSize")
        secret = root.find("target/encryption/secret")
        return VolumeSeen(
            pool=pool,
            name=volume.name(),
            path=root.findtext("target/path") or volume.path(),
            capacity=int(root.findtext("capacity")),
            allocation=int(root.findtext("allocation") or 0),
            length=int(length) if length else None,
            format=format_spot.text if format_spot else None,
            backing=backing.text if backing else None,
            compat=root.findtext("target/compat"),
            cluster_size=None if size is None else units.xml_size(size.text, size.get("unit"), "B"),
            encrypted=root.find("target/encryption") is not None,
            secret=None if secret is None else secret.get("uuid") or secret.get("usage"),
        )

    def users(self) -> dict[str, list[User]]:
        users: dict[str, list[User]] = {}
        with translated("reading who uses which disk"):
            for name, active, root in self._in_force():
                for disk in root.iterfind("devices/disk"):
                    for path, backing in self._sources(disk):
                        user = user_of(name, active, disk, backing)
                        users.setdefault(path, []).append(user)
        return users

    def _in_force(self) -> Iterator[tuple[str, bool, tree.Element]]:
        """Each vm: its name, whether it is active, and its definition in force."""
        for domain in self._all("vm"):
            # One that goes in the meantime is left out.
            xml = found(domain.XMLDesc, 0)
            if xml is not None:
                yield domain.name(), domain.ID() != -1, tree.parse(xml)

    def _sources(self, disk: tree.Element) -> Iterable[tuple[str, bool]]:
        """The path of a disk, and those of the layers below it that libvirt knows."""
        layer, backing = disk, False
        while layer is not None:
            source = layer.find("source")
            if source is not None:
                path = source.get("file") or source.get("dev")
                if source.get("pool") and source.get("volume"):
                    volume = self.volume(source.get("pool"), source.get("volume"))
                    path = volume.path if volume else None
                if path:
                    yield path, backing
            layer, backing = layer.find("backingStore"), True

    def macs(self) -> dict[str, str]:
        with translated("reading the MAC addresses"):
            return {
                mac.get("address").lower(): name
                for name, _active, root in self._in_force()
                for mac in root.iterfind("devices/interface/mac")
            }

    def download(self, pool: str, name: str) -> bytes:
        with translated(f"reading the volume '{name}' of the pool '{pool}'"):
            owner = self._find("pool", pool)
            volume = owner and found(owner.storageVolLookupByName, name)
            if not volume:
                raise VmrtError(f"there is no volume '{name}' in the pool '{pool}'")
            stream = self._connection.newStream()
            volume.download(stream, 0, 0)
            content = bytearray()
            stream.recvAll(lambda _stream, data, _opaque: content.extend(data), None)
            stream.finish()
            return bytes(content)

    def digest(self, pool: str, name: str) -> str:
        with translated(f"reading the volume '{name}' of the pool '{pool}'"):
            volume = self._thing("pool", pool).storageVolLookupByName(name)
            return digest(self._connection, volume)

    def runs_cpu(self, domain_type: str, arch: str, machine: str | None, cpu: str) -> bool | None:
        try:
            told = self._connection.compareHypervisorCPU(None, arch, machine, domain_type, cpu, 0)
        except libvirt.libvirtError:
            return None
        return {
            libvirt.VIR_CPU_COMPARE_INCOMPATIBLE: False,
            libvirt.VIR_CPU_COMPARE_IDENTICAL: True,
            libvirt.VIR_CPU_COMPARE_SUPERSET: True,
        }.get(told)

    def untunable(self, vm: str, call: str) -> str:
        domain = self._find("vm", vm)
        try:
            READS[call](domain)
        except libvirt.libvirtError as error:
            return str(error.get_error_message())
        return ""

    def addresses(self, vm: str, sources: Iterable[str]) -> list[dict[str, Any]]:
        with translated(f"reading the vm '{vm}'"):
            domain = self._find("vm", vm)
            if domain is None or not domain.isActive():
                return []
            nics = interfaces(tree.parse(domain.XMLDesc(0)))
        told = ((source, one) for source in sources for one in self._told(domain, source, nics))
        return known_addresses(nics, told)

    def _told(self, domain: Any, source: str, _macs: Iterable[str]) -> Iterable[Told]:
        """What a source says of a vm, whose interfaces have these MAC addresses."""
        kinds = {
            "lease": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE,
            "agent": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
        }
        try:
            found_there = domain.interfaceAddresses(kinds[source], 0)
        except libvirt.libvirtError:
            # A guest without an agent, or a nic without leases, has no addresses from there.
            return
        for interface in found_there.values():
            for address in interface.get("addrs") or ():
                mac = (interface.get("hwaddr") or "").lower()
                yield mac, address["addr"], address["prefix"]

    def agent(self, vm: str, command: str, arguments: Mapping[str, Any] | None = None) -> Any:
        if not only_reads(command, arguments or {}):
            raise VmrtError(f"{command} does more than to read")
        return self._ask_agent(vm, command, arguments, _AGENT_SECONDS)

    def _ask_agent(
        self, vm: str, command: str, arguments: Mapping[str, Any] | None, seconds: int
    ) -> Any:
        return call_agent(self._connection, vm, command, arguments, seconds)

    def read_file(self, path: str, limit: int) -> str | None:
        try:
            with open(path, "rb") as file:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - limit))
                return file.read().decode(errors="replace")
        except OSError:
            return None

    def vitals(self, vm: str) -> dict[str, Any]:
        with translated(f"reading the vm '{vm}'"):
            return vitals(self._connection, self._thing("vm", vm))

    def counted(self, vm: str | None = None) -> list[Counted]:
        with translated("reading what is counted of the vms"):
            return list(counted(self._connection, vm, STATES))

    def block_device(self, path: str) -> tuple[int, int] | None:
        return device_numbers(path) if is_here(self._connection.getURI()) else None

    def is_folder(self, path: str) -> bool:
        return os.path.isdir(path)

    def is_file(self, path: str) -> bool:
        return os.path.isfile(path)

    def has(self, path: str) -> bool:
        # What libvirt's own test driver has is nowhere.
        if self.driver().upper() == "TEST" or not is_here(str(self._connection.getURI())):
            return True
        try:
            os.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            # libvirt may see what this user does not.
            return True
        return True

    def real_path(self, path: str) -> str:
        return os.path.realpath(path) if is_here(str(self._connection.getURI())) else path

    def arrival(self, path: str) -> Arrival | None:
        # Few runs ask for it.
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import arrival

        return arrival(path) if is_here(str(self._connection.getURI())) else None

    def rests_on(self, path: str) -> str | None:
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import inspect

        try:
            return inspect(path).backing if is_here(str(self._connection.getURI())) else None
        except VmrtError:
            return None

    def written(self, path: str) -> int | None:
        try:
            return int(os.stat(path).st_mtime)
        except OSError:
            return None

    def complaints(self, kind: str, xml: str) -> list[str]:
        return grammar.complaints(kind, xml)

    def vet(self, path: str, checksum: str | None, image_format: str | None) -> int | None:
        return vet(path, checksum, image_format)

    def answers(self, address: str, port: int, timeout: float) -> str:
        try:
            with socket.create_connection((address, port), timeout=timeout) as connection:
                connection.settimeout(timeout)
                return connection.recv(256).decode(errors="replace")
        except OSError:
            return ""
