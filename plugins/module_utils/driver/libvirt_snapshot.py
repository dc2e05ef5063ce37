# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading many things of a node at once: what libvirt tells of all is asked for once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import known_flags
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.addresses import Told
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    refresh,
    supported,
    translated,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    STATES,
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import (
    SnapshotSeen,
    VolumeSeen,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


@dataclass
class _Vms:
    """All vms: libvirt's handles by their names, their states, and which of them are special."""

    handles: Mapping[str, Any]
    states: Mapping[str, int]
    marked: Mapping[str, frozenset[str]]
    # Those that were read.
    seen: dict[str, Seen | None] = field(default_factory=dict)


@dataclass
class _Pool:
    """An active pool and its volumes by name. ``looked`` tells that libvirt has seen its folder
    anew."""

    handle: Any
    volumes: dict[str, Any] = field(default_factory=dict)
    looked: bool = False


class LibvirtSnapshot(LibvirtObserver):
    """A node whose vms and volumes are listed and read once, and again after ``forget``."""

    def __init__(self, uri: str):
        super().__init__(uri)
        self._driver = super().driver()
        self.forget()

    def close(self) -> None:
        # The handles of a connection may not outlive it.
        self.forget()
        super().close()

    def anew(self) -> LibvirtSnapshot:
        """The node as it is now."""
        self.forget()
        return self

    def forget(self) -> None:
        """Look again: something was changed."""
        self._vms: _Vms | None = None
        self._pools: dict[str, _Pool | None] = {}
        self._leases: dict[str, list[Told]] | None = None

    def driver(self) -> str:
        return self._driver

    def names(self, kind: str) -> list[str]:
        return sorted(self._listed().handles) if kind == "vm" else super().names(kind)

    def look(self, kind: str, name: str) -> Seen | None:
        if kind != "vm":
            return super().look(kind, name)
        with translated(f"reading the vm '{name}'"):
            return self._read(name)

    def _find(self, kind: str, name: str) -> Any:
        return self._listed().handles.get(name) if kind == "vm" else super()._find(kind, name)

    def _read(self, name: str) -> Seen | None:
        vms = self._listed()
        if name not in vms.seen:
            handle = vms.handles.get(name)
            vms.seen[name] = None if handle is None else self._vm_seen(name, handle, vms)
        return vms.seen[name]

    def _in_force(self) -> Iterator[tuple[str, bool, tree.Element]]:
        for name in self._listed().handles:
            seen = self._read(name)
            if seen is not None:
                yield name, seen.active, tree.parse(seen.live_xml or seen.xml)

    def _listed(self) -> _Vms:
        if self._vms is None:
            with translated("listing each vm"):
                self._vms = self._list()
        return self._vms

    def _list(self) -> _Vms:
        connection = self._connection
        handles = {handle.name(): handle for handle in connection.listAllDomains()}
        flags = {
            "autostart": libvirt.VIR_CONNECT_LIST_DOMAINS_AUTOSTART,
            "transient": libvirt.VIR_CONNECT_LIST_DOMAINS_TRANSIENT,
            "saved": libvirt.VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE,
            "snapshots": libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT,
            "checkpoints": libvirt.VIR_CONNECT_LIST_DOMAINS_HAS_CHECKPOINT,
        }
        marked = {
            word: frozenset(
                handle.name() for handle in supported(connection.listAllDomains, flag) or ()
            )
            for word, flag in flags.items()
        }
        told = supported(connection.getAllDomainStats, libvirt.VIR_DOMAIN_STATS_STATE)
        states = {handle.name(): values["state.state"] for handle, values in told or ()}
        return _Vms(handles, states, marked)

    def _vm_seen(self, name: str, handle: Any, vms: _Vms) -> Seen | None:
        secure = libvirt.VIR_DOMAIN_XML_SECURE
        persistent = name not in vms.marked["transient"]
        flags = known_flags.inactive(self._driver, "vm") if persistent else secure
        xml = found(handle.XMLDesc, flags)
        if xml is None:
            # It was removed in the meantime.
            return None
        state = vms.states[name] if name in vms.states else handle.state()[0]
        # libvirt tells the number of an active vm with the list of all.
        active = handle.ID() != -1

        def count(word: str, call: Any) -> int:
            return len(call(0)) if name in vms.marked[word] else 0

        return Seen(
            name=name,
            xml=xml,
            state=STATES[state],
            live_xml=found(handle.XMLDesc, secure) if active else None,
            autostart=name in vms.marked["autostart"],
            persistent=persistent,
            saved=name in vms.marked["saved"],
            snapshots=count("snapshots", handle.listAllSnapshots),
            checkpoints=count("checkpoints", handle.listAllCheckpoints),
        )

    def snapshots(self, vm: str | None = None) -> dict[str, list[SnapshotSeen]]:
        if vm is not None and vm not in self._listed().marked["snapshots"]:
            return {}
        return super().snapshots(vm)

    def _told(self, domain: Any, source: str, macs: Iterable[str]) -> Iterable[Told]:
        """Asked for a single vm, libvirt reads all leases of its network each time."""
        if source != "lease":
            return super()._told(domain, source, macs)
        if self._leases is None:
            self._leases = self._all_leases()
        return [lease for mac in macs for lease in self._leases.get(mac, ())]

    def _all_leases(self) -> dict[str, list[Told]]:
        """The leases of all networks by their MAC addresses."""
        known: dict[str, list[Told]] = {}
        for network in self._connection.listAllNetworks(libvirt.VIR_CONNECT_LIST_NETWORKS_ACTIVE):
            try:
                told = network.DHCPLeases()
            except libvirt.libvirtError:
                # It went in the meantime, or its driver has none.
                continue
            for lease in told:
                mac = (lease.get("mac") or "").lower()
                known.setdefault(mac, []).append((mac, lease["ipaddr"], lease["prefix"]))
        return known

    def volume(self, pool: str, name: str) -> VolumeSeen | None:
        with translated(f"reading the volume '{name}' of the pool '{pool}'"):
            owner = self._pool(pool)
            if owner is None:
                return None
            if name not in owner.volumes and not owner.looked:
                # Somebody may have put it there without libvirt.
                refresh(owner.handle)
                owner.volumes, owner.looked = self._volumes_of(owner.handle), True
            handle = owner.volumes.get(name)
            return None if handle is None else found(self._volume, pool, handle)

    def _pool(self, name: str) -> _Pool | None:
        if name not in self._pools:
            handle = self._find("pool", name)
            active = handle is not None and handle.isActive()
            self._pools[name] = _Pool(handle, self._volumes_of(handle)) if active else None
        return self._pools[name]

    @staticmethod
    def _volumes_of(handle: Any) -> dict[str, Any]:
        return {volume.name(): volume for volume in handle.listAllVolumes()}

    def download(self, pool: str, name: str) -> bytes:
        seen = self.volume(pool, name) if is_here(self.uri) else None
        try:
            with open(seen.path if seen else "", "rb") as file:
                return file.read()
        except OSError:
            return super().download(pool, name)
