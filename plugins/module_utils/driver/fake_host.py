# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing a node in memory: one method for each action, as strict as libvirt is."""

from __future__ import annotations

import posixpath
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import (
    fake_domain,
    fake_memory,
    fake_secrets,
    fake_tune,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_guest import FakeGuest
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_layers import (
    FRESH,
    FakeLayers,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_migrate import FakeMigrate
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Thing, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_power import FakePower
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_template import FakeTemplate
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_volumes import FakeVolumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import (
    check_race,
    lost,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.pool import FOLDERS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    VmrtError,
)

# Each vm of a node in memory was made at the same time, in seconds since 1970.
CREATED = 1767225600


class FakeHost(FakePower, FakeGuest, FakeMigrate, FakeLayers, FakeVolumes, FakeTemplate):
    """A node in memory that can be changed."""

    def run(self, action: actions.Action) -> dict[str, Any] | None:
        """Carry out one action; what it found out, if anything. Raises VmrtError."""
        found: dict[str, Any] | None = getattr(self, f"_{action.verb}")(action)
        return found

    def _live(self, name: str) -> tree.Element:
        live = self._thing("vm", name).live
        if live is None:
            raise VmrtError("libvirt says: Requested operation is not valid: domain is not running")
        return live

    def _define(self, action: actions.Define) -> None:
        check_race(action, self.look(action.kind, action.name))
        root = tree.parse(action.xml)
        if action.kind == "secret":
            fake_secrets.define(self._node, root)
            return
        if root.findtext("name") != action.name:
            raise VmrtError(f"libvirt says: '{action.name}' can not be renamed by defining it")
        things = self._node.things(action.kind)
        known = things.get(action.name)
        if known and known.config is not None:
            given, has = root.findtext("uuid"), known.config.findtext("uuid")
            if given != has:
                raise VmrtError(
                    f"libvirt says: {action.kind} '{action.name}' already exists with uuid {has}"
                )
        if action.kind == "vm":
            if known is None:
                tree.ensure(root, f"{MARK}/@created").put(str(CREATED))
            root = fake_domain.defined(root, self._node.values)
        elif root.find("uuid") is None:
            root.find("name").addnext(tree.new("uuid"))
            root.find("uuid").text = fake_domain.uuid_of(action.kind, action.name)
        if action.kind == "network":
            self._fill_network(root)
        if known:
            known.config = root
        else:
            state = "shutoff" if action.kind == "vm" else "inactive"
            things[action.name] = Thing(root, None, state)

    def _fill_network(self, root: tree.Element) -> None:
        bridge = root.find("bridge")
        if bridge is None:
            bridge = tree.new("bridge")
            later = [child for child in root if child.tag in ("mac", "domain", "ip", "dns")]
            if later:
                later[0].addprevious(bridge)
            else:
                root.append(bridge)
        if not bridge.get("name"):
            others = [thing.config for thing in self._node.networks.values()]
            taken = {tree.find(one, "bridge/@name") for one in others if one is not None}
            used = {spot.text for spot in taken if spot}
            number = next(n for n in range(256) if f"virbr{n}" not in used)
            bridge.set("name", f"virbr{number}")
        bridge.set("stp", bridge.get("stp") or "on")
        bridge.set("delay", bridge.get("delay") or "0")
        if root.find("mac") is None:
            bridge.addnext(tree.new("mac"))
            root.find("mac").set("address", "52:54:00:00:00:01")

    def _undefine(self, action: actions.Undefine) -> None:
        thing = self._thing(action.kind, action.name)
        if action.kind == "secret":
            fake_secrets.undefine(self._node, action.name)
            return
        if thing.saved and not action.saved:
            raise VmrtError("libvirt says: Refusing to undefine while domain managed save exists")
        if thing.live is None:
            del self._node.things(action.kind)[action.name]
        elif action.kind == "pool":
            raise VmrtError(f"libvirt says: storage pool '{action.name}' is still active")
        else:
            thing.config = None

    def _rename(self, action: actions.Rename) -> None:
        thing = self._thing("vm", action.name)
        if thing.live is not None or thing.config is None:
            raise VmrtError("libvirt says: cannot rename active domain")
        if action.new_name in self._node.vms:
            raise VmrtError(f"libvirt says: domain with name '{action.new_name}' already exists")
        thing.config.find("name").text = action.new_name
        self._node.vms[action.new_name] = self._node.vms.pop(action.name)

    def _start(self, action: actions.Start) -> None:
        thing = self._thing(action.kind, action.name)
        if thing.live is not None:
            raise lost(f"started the {action.kind} '{action.name}'")
        if action.kind == "vm":
            self._check_parts(thing.config)
            thing.live = fake_domain.started(thing.config, len(self._node.vms))
            thing.saved = False
            thing.state = "paused" if action.paused else "running"
            return
        target = tree.find(thing.config, "target/path")
        config: Any = thing.config
        folder = action.kind == "pool" and config.get("type") in FOLDERS
        if folder and target and target.text not in self._node.folders:
            raise VmrtError(f"libvirt says: cannot open directory '{target.text}'")
        thing.live, thing.state = tree.copy(thing.config), "active"

    def _check_parts(self, root: tree.Element) -> None:
        for source in root.iterfind("devices/*/source"):
            self._check_part(source)

    def _check_part(self, source: tree.Element) -> None:
        network, file = source.get("network"), source.get("file")
        if network:
            thing = self._node.networks.get(network)
            if thing is None:
                raise NotFound(f"libvirt says: Network not found: '{network}'")
            if thing.live is None:
                raise VmrtError(f"libvirt says: network '{network}' is not active")
        # Only pools are known; what lies elsewhere is taken to be there.
        if file and self._at(file) is None and self._pool_of(file):
            raise VmrtError(f"libvirt says: Cannot access storage file '{file}'")

    def _pool_of(self, path: str) -> bool:
        folder = posixpath.dirname(path)
        pools = [self.pool(name) for name in self.names("pool")]
        return any(pool.target == folder for pool in pools if pool)

    def _stop(self, action: actions.Stop) -> None:
        thing = self._thing(action.kind, action.name)
        if thing.live is None:
            raise VmrtError(f"libvirt says: the {action.kind} '{action.name}' is not active")
        self._end(action.kind, action.name)

    def _end(self, kind: str, name: str) -> None:
        thing = self._thing(kind, name)
        thing.live, thing.state = None, "shutoff" if kind == "vm" else "inactive"
        if thing.config is None:
            del self._node.things(kind)[name]

    def _set_autostart(self, action: actions.SetAutostart) -> None:
        thing = self._thing(action.kind, action.name)
        if thing.config is None:
            raise VmrtError("libvirt says: cannot set autostart for transient domain")
        thing.autostart = action.autostart

    def _shutdown(self, action: actions.Shutdown) -> None:
        if self._thing("vm", action.name).live is None:
            return
        if action.name in self._node.deaf and not action.force:
            raise VmrtError(
                f"the guest of '{action.name}' did not shut down within {action.timeout} s",
                option="stop_timeout",
                hint="Give it more time, or cut its power with force=true.",
            )
        self._end("vm", action.name)

    def _suspend(self, action: actions.Suspend) -> None:
        self._live(action.name)
        self._thing("vm", action.name).state = "paused"

    def _resume(self, action: actions.Resume) -> None:
        self._live(action.name)
        self._thing("vm", action.name).state = "running"

    def _attach(self, action: actions.Attach) -> None:
        live, device = self._live(action.name), tree.parse(action.xml)
        for source in device.iterfind("source"):
            self._check_part(source)
        fake_domain.attached(live, device)

    def _detach(self, action: actions.Detach) -> None:
        live = self._live(action.name)
        device = fake_domain.same_device(live, tree.parse(action.xml))
        if device is None:
            return
        alias = tree.find(device, "alias/@name")
        if alias and alias.text in self._node.held:
            raise VmrtError(
                f"the guest did not let go of {action.device} within {action.timeout} s; "
                "it is still attached, and no longer in the definition",
                option="wait_timeout",
                hint="Free it in the guest and run again, or restart the vm.",
            )
        fake_memory.detached(live, device)
        device.getparent().remove(device)

    def _update(self, action: actions.Update) -> None:
        live, device = self._live(action.name), tree.parse(action.xml)
        for source in device.iterfind("source"):
            self._check_part(source)
        fake_domain.updated(live, device)

    def _set_memory(self, action: actions.SetMemory) -> None:
        live = self._live(action.name)
        if action.size // units.KIB > int(live.findtext("memory")):
            raise VmrtError("libvirt says: cannot set memory higher than max memory")
        live.find("currentMemory").text = str(action.size // units.KIB)

    def _set_vcpus(self, action: actions.SetVcpus) -> None:
        vcpu = self._live(action.name).find("vcpu")
        if action.count > int(vcpu.text):
            raise VmrtError("libvirt says: requested vcpus is greater than max allowable vcpus")
        vcpu.attrib.pop("current", None)
        if action.count < int(vcpu.text):
            vcpu.set("current", str(action.count))

    def _tune(self, action: actions.Tune) -> None:
        fake_tune.tune(self._live(action.name), action.call, action.target, action.settings)

    def _add_io_thread(self, action: actions.AddIoThread) -> None:
        fake_tune.add_io_thread(self._live(action.name), action.number, action.settings)

    def _remove_io_thread(self, action: actions.RemoveIoThread) -> None:
        fake_tune.remove_io_thread(self._live(action.name), action.number)

    def _set_metadata(self, action: actions.SetMetadata) -> None:
        root = self._thing("vm", action.name).config if action.kept else self._live(action.name)
        tree.remove(root, MARK)
        parent = tree.ensure(root, "metadata", ("metadata", "memory")).element
        parent.append(tree.parse(action.xml))

    def _set_secret_value(self, action: actions.SetSecretValue) -> None:
        self._thing("secret", action.name)
        fake_secrets.set_value(self._node, action.name, action.value)

    def _build_pool(self, action: actions.BuildPool) -> None:
        config: Any = self._thing("pool", action.pool).config
        for device in config.iterfind("source/device"):
            if action.format and device.get("path") in self._node.missing:
                del self._node.pools[action.pool]
                raise VmrtError("libvirt says: Source device does not exist")
        target = tree.find(config, "target/path")
        self._node.folders.add(target.text or "" if target else "")

    def _refresh_pool(self, action: actions.RefreshPool) -> dict[str, Any]:
        self._active_pool(action.pool)
        return {"refreshed": {"found": [], "gone": []}}

    def _volume_of(self, pool: str, name: str) -> Volume:
        self._active_pool(pool)
        volume = self._node.volumes.get((pool, name))
        if volume is None:
            raise NotFound(f"the volume '{name}' of the pool '{pool}' is gone")
        return volume

    def _active_pool(self, name: str) -> str:
        """The folder of an active pool."""
        thing = self._thing("pool", name)
        if thing.live is None:
            raise VmrtError(f"libvirt says: storage pool '{name}' is not active")
        return str(thing.live.findtext("target/path"))

    def _create_volume(self, action: actions.CreateVolume) -> None:
        folder = self._active_pool(action.pool)
        if (action.pool, action.volume) in self._node.volumes:
            raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'")
        root = tree.parse(action.xml)
        backing = root.findtext("backingStore/path")
        if backing and self._at(backing) is None:
            raise VmrtError(f"libvirt says: Could not open '{backing}'")
        format_spot = tree.find(root, "target/format/@type")
        capacity = root.find("capacity")
        self._node.volumes[action.pool, action.volume] = Volume(
            path=f"{folder}/{action.volume}",
            capacity=units.xml_size(capacity.text, capacity.get("unit"), "bytes"),
            format=format_spot.text if format_spot else "raw",
            backing=backing,
            length=FRESH if backing else None,
            compat=root.findtext("target/compat"),
            cluster_size=int(root.findtext("target/clusterSize") or 0) or None,
            encrypted=root.find("target/encryption") is not None,
        )

    def _resize_volume(self, action: actions.ResizeVolume) -> None:
        volume = self._volume_of(action.pool, action.volume)
        if action.capacity < volume.capacity:
            raise VmrtError("libvirt says: Can't shrink capacity below current capacity")
        volume.capacity = action.capacity

    def _block_resize(self, action: actions.BlockResize) -> None:
        for disk in self._live(action.name).iterfind("devices/disk"):
            source = disk.find("source")
            if disk.find("target").get("dev") == action.device and source is not None:
                volume = self._at(source.get("file"))
                if volume is not None:
                    volume.capacity = action.capacity
                return
        raise VmrtError(f"libvirt says: invalid path: {action.device}")

    def _delete_volume(self, action: actions.DeleteVolume) -> None:
        self._volume_of(action.pool, action.volume)
        del self._node.volumes[action.pool, action.volume]

    def _write_volume(self, action: actions.WriteVolume) -> None:
        folder = self._active_pool(action.pool)
        self._node.volumes[action.pool, action.volume] = Volume(
            path=f"{folder}/{action.volume}",
            capacity=len(action.content),
            format="raw",
            content=action.content,
            mode=action.mode,
        )

    def _fetch_image(self, action: actions.FetchImage) -> None:
        self._active_pool(action.pool)
        capacity = self._node.sources.get(action.location)
        if capacity is None:
            raise VmrtError(f"there is nothing at '{action.source}'", option=action.option)
        self._node.volumes[action.pool, action.volume] = Volume(
            path=action.path, capacity=capacity, format=action.format or "qcow2"
        )

    def _update_network(self, action: actions.UpdateNetwork) -> None:
        thing = self._thing("network", action.network)
        for root in (thing.config, thing.live):
            if root is not None:
                _change_host(root, action)


def _change_host(root: tree.Element, action: actions.UpdateNetwork) -> None:
    """Add, change or take away an entry of a network's DHCP server."""
    addresses = root.findall("ip")
    if action.section != "ip-dhcp-host" or action.parent >= len(addresses):
        raise VmrtError("libvirt says: couldn't update the network: no such section")
    entry = tree.parse(action.xml)
    dhcp = tree.ensure(addresses[action.parent], "dhcp").element

    def same(host: tree.Element) -> bool:
        marks = [name for name in ("mac", "ip", "name") if entry.get(name) and host.get(name)]
        return any(entry.get(name) == host.get(name) for name in marks)

    known = [host for host in dhcp.iterfind("host") if same(host)]
    if action.command == "add":
        if known:
            raise VmrtError("libvirt says: there is an existing dhcp host entry that matches")
        dhcp.append(entry)
        return
    if not known:
        raise VmrtError("libvirt says: couldn't locate a matching dhcp host entry")
    if action.command == "modify":
        dhcp.replace(known[0], entry)
    else:
        dhcp.remove(known[0])
