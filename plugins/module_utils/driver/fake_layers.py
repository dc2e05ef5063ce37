# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots of a machine in memory, and what its disks rest on, as strict as libvirt 9.0 is."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Thing, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import (
    FakeObserver,
    in_force,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    lost,
    reparented,
    sources,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write

FRESH = 196624


class FakeLayers(FakeObserver):
    """One method for each action of snapshots."""

    def _take_snapshot(self, action: actions.TakeSnapshot) -> None:
        thing = self._thing("vm", action.name)
        root, running = tree.parse(action.xml), thing.live is not None
        if action.snapshot in thing.snapshots:
            raise VmrtError(f"libvirt says: domain moment {action.snapshot} already exists")
        if action.kind == "internal":
            self._check_internal(thing, action)
        memory = root.find("memory")
        state = thing.state if action.memory else "disk-snapshot" if running else "shutoff"
        reparented(root, thing.current_snapshot)
        for place, text in {"creationTime": str(self._node.now), "state": state}.items():
            tree.ensure(root, place).put(text)
        then = in_force(thing)
        root.append(tree.copy(then))
        if running and thing.config is not None:
            kept = tree.copy(thing.config)
            kept.tag = "inactiveDomain"
            root.append(kept)
        paths = dict(sources(then))
        for one in root.iterfind("disks/disk[@snapshot='external']"):
            self._overlay(thing, one.get("name"), one.find("source").get("file"), paths)
        if memory.get("file"):
            self._node.volumes[self._key(memory.get("file"))] = Volume(memory.get("file"), 1, "raw")
        thing.snapshots[action.snapshot] = root
        thing.current_snapshot = action.snapshot
        for path in paths.values():
            volume = self._at(path)
            if action.kind == "internal" and volume:
                volume.inside[action.snapshot] = dict(volume.written)

    def _check_internal(self, thing: Thing, action: actions.TakeSnapshot) -> None:
        config = in_force(thing)
        loader = config.find("os/loader")
        if loader is not None and loader.get("type") == "pflash":
            raise VmrtError(
                "libvirt says: internal snapshots of a VM with pflash based firmware are not "
                "supported"
            )
        if thing.live is not None and not action.memory:
            raise VmrtError(
                "libvirt says: internal snapshot of a running VM must include the memory state"
            )
        for driver in config.iterfind("devices/disk[@device='disk']/driver"):
            if driver.get("type") != "qcow2":
                raise VmrtError("libvirt says: internal snapshot unsupported for storage type raw")

    def _overlay(self, thing: Thing, target: str, path: str, paths: dict[str, str]) -> None:
        if self._at(path) is not None:
            raise VmrtError(f"libvirt says: external snapshot file {path} already exists")
        below = self._at(paths[target])
        capacity = below.capacity if below else 0
        self._node.volumes[self._key(path)] = Volume(
            path, capacity, "qcow2", paths[target], length=FRESH
        )
        for definition in (thing.live, thing.config):
            if definition is not None and dict(sources(definition)).get(target) == paths[target]:
                switch(definition, target, path, "qcow2")

    def _key(self, path: str) -> tuple[str, str]:
        folder, _slash, name = path.rpartition("/")
        for pool in self.names("pool"):
            seen = self.pool(pool)
            if seen and seen.target == folder:
                return pool, name
        raise VmrtError(f"libvirt says: failed to create image file '{path}'")

    def _own_volumes(self, action: actions.OwnVolumes) -> None:
        thing = self._thing("vm", action.name)
        for definition in (thing.config, thing.live):
            if definition is not None:
                write(VM, {"status": {"owned_volumes": list(action.volumes)}}, definition)

    def _merge_layers(self, action: actions.MergeLayers) -> None:
        thing = self._thing("vm", action.name)
        if thing.live is None:
            for path in dict(sources(thing.config)).values():
                if self._at(path) is None:
                    raise VmrtError(f"libvirt says: Cannot access storage file '{path}'")
        definitions = [one for one in (thing.live, thing.config) if one is not None]
        chain = [dict(sources(definitions[0]))[action.target]]
        while chain[-1]:
            below = self._at(chain[-1])
            chain.append((below.backing if below else None) or "")
        if action.top not in chain or action.base not in chain:
            raise VmrtError(f"libvirt says: could not find '{action.top}' in the chain")
        first, last = chain.index(action.top), chain.index(action.base)
        if first >= last:
            raise VmrtError("libvirt says: base is above top")
        base = self._volume_at(action.base)
        for path in reversed(chain[first:last]):
            layer = self._volume_at(path)
            base.written = {**base.written, **layer.written}
            base.capacity = max(base.capacity, layer.capacity)
        base.length = FRESH * 2
        for name in {*action.lost} & {*thing.snapshots}:
            thing.snapshots[name] = tree.parse(lost(tree.render(thing.snapshots[name])))
        if first:
            self._volume_at(chain[first - 1]).backing = action.base
            return
        for definition in definitions:
            if dict(sources(definition)).get(action.target) == action.top:
                switch(definition, action.target, action.base, base.format or "raw")

    def _volume_at(self, path: str) -> Volume:
        volume = self._at(path)
        if volume is None:
            raise VmrtError(f"libvirt says: Cannot access storage file '{path}'")
        return volume

    def _redefine_snapshot(self, action: actions.RedefineSnapshot) -> None:
        thing = self._thing("vm", action.name)
        root = tree.parse(action.xml)
        parent = root.findtext("parent/name")
        if parent is not None and parent not in thing.snapshots:
            raise VmrtError(f"libvirt says: parent {parent} not found")
        thing.snapshots[action.snapshot] = root
        if action.current:
            thing.current_snapshot = action.snapshot

    def _forget_snapshot(self, action: actions.ForgetSnapshot) -> None:
        thing = self._thing("vm", action.name)
        if action.snapshot not in thing.snapshots:
            raise NotFound(f"libvirt says: no domain snapshot '{action.snapshot}'")
        root = thing.snapshots.pop(action.snapshot)
        parent = root.findtext("parent/name")
        if thing.current_snapshot == action.snapshot:
            thing.current_snapshot = parent
        paths = dict(sources(root.find("domain")))
        for other in thing.snapshots.values():
            if other.findtext("parent/name") == action.snapshot:
                reparented(other, parent)
                # libvirt takes it that the overlay was merged.
                for one in root.iterfind("disks/disk[@snapshot='external']"):
                    target, overlay = one.get("name"), one.find("source").get("file")
                    if dict(sources(other.find("domain"))).get(target) == overlay:
                        switch(other.find("domain"), target, paths[target], "qcow2")

    def _delete_snapshot(self, action: actions.DeleteSnapshot) -> None:
        thing = self._thing("vm", action.name)
        root = thing.snapshots.get(action.snapshot)
        for path in dict(sources(root.find("domain") if root is not None else None)).values():
            self._volume_at(path).inside.pop(action.snapshot, None)
        self._forget_snapshot(actions.ForgetSnapshot(action.name, action.snapshot))

    def _revert_to_snapshot(self, action: actions.RevertToSnapshot) -> None:
        thing = self._thing("vm", action.name)
        root = thing.snapshots[action.snapshot]
        if root.find("disks/disk[@snapshot='external']") is not None:
            raise VmrtError("libvirt says: revert to external snapshot not supported yet")
        for path in dict(sources(root.find("domain"))).values():
            volume = self._volume_at(path)
            volume.written = dict(volume.inside[action.snapshot])
        state = root.findtext("state")
        up = state in ("running", "paused") or action.start
        thing.config = tree.parse(action.xml)
        thing.live = tree.copy(root.find("domain")) if up else None
        thing.state = ("running" if action.start else str(state)) if up else "shutoff"
        thing.current_snapshot, thing.saved = action.snapshot, False
        thing.checkpoints.clear()

    def _restore_memory(self, action: actions.RestoreMemory) -> None:
        thing = self._thing("vm", action.name)
        if thing.live is not None:
            raise VmrtError(f"libvirt says: domain '{action.name}' is already active")
        self._volume_at(action.path)
        thing.live = tree.copy(thing.config)
        thing.live.set("id", "1")
        for target, path in action.disks:
            switch(thing.live, target, path, "qcow2")
        thing.state = "paused" if action.paused else "running"
