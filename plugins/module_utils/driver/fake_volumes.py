# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Volumes of a node in memory that are copied, or led to others."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import (
    FakeObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import lost
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import switch
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


class FakeVolumes(FakeObserver):
    """One method for each action of volumes that is more than a call of libvirt."""

    _define: Callable[[Define], None]

    def _clone_volume(self, action: actions.CloneVolume) -> None:
        source = self._file(action.below.path)
        if (action.pool, action.volume) in self._node.volumes:
            raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'")
        if action.snapshot and action.snapshot not in source.inside:
            raise VmrtError("qemu-img says: can't find the snapshot", option=action.option)
        inside = action.snapshot and source.inside[action.snapshot]
        self._node.volumes[action.pool, action.volume] = Volume(
            path=action.path,
            capacity=action.capacity or source.capacity,
            format=action.format,
            backing=action.backing.path if action.backing else None,
            written=dict(inside or (source.written if action.backing else self._held(source))),
            compat=action.layout.get("compat"),
            cluster_size=action.layout.get("cluster_size"),
            encrypted=action.sealed,
        )

    def _flatten_volume(self, action: actions.FlattenVolume) -> None:
        volume = self._file(action.path)
        if volume.inside:
            raise VmrtError("it holds snapshots", option="flat")
        self._flatten(volume)

    def _pull_layers(self, action: actions.PullLayers) -> None:
        if self._thing("vm", action.name).live is None:
            raise VmrtError("libvirt says: Requested operation is not valid: domain is not running")
        volume = self._file(action.path)
        if action.base:
            self._lead(volume, action.base)
        else:
            self._flatten(volume)

    def _commit_volume(self, action: actions.CommitVolume) -> None:
        top, base = self._file(action.path), self._file(action.base.path)
        if top.inside:
            raise VmrtError("it holds snapshots", option="commit_from")
        base.written = {**base.written, **top.written}
        base.capacity = max(base.capacity, top.capacity)

    def _wipe_volume(self, action: actions.WipeVolume) -> None:
        volume = self._node.volumes[action.pool, action.volume]
        volume.written, volume.content = {}, b""

    def _rebase_volume(self, action: actions.RebaseVolume) -> None:
        self._lead(self._file(action.path), action.backing.path)

    def _move_volume(self, action: actions.MoveVolume) -> None:
        key = action.pool, action.volume
        if action.left:
            del self._node.volumes[key]
        source = self._file(action.below.path)
        if not action.copied:
            if key in self._node.volumes:
                raise VmrtError("File exists", option="pool")
            written = dict(source.written) if action.backing else self._held(source)
            backing = action.backing.path if action.backing else None
            self._node.volumes[key] = replace(
                source, path=action.path, backing=backing, written=written
            )
            thing = self._thing("vm", action.vm) if action.vm else None
            for definition in (thing.live, thing.config) if thing else ():
                if definition is not None and action.target:
                    switch(definition, action.target, action.path, action.below.format)
            if action.definition:
                self._define(action.definition)
        del self._node.volumes[action.move_from, action.volume]

    def _lead(self, volume: Volume, path: str) -> None:
        kept, given = self._held(volume), self._held(self._file(path))
        # Nothing else than what the images differ in is written into it.
        volume.written = {place: text for place, text in kept.items() if given.get(place) != text}
        volume.backing = path

    def _flatten(self, volume: Volume) -> None:
        volume.written, volume.backing = self._held(volume), None

    def _file(self, path: str) -> Volume:
        volume = self._at(path)
        if volume is None:
            raise VmrtError(f"qemu-img says: Could not open '{path}': No such file or directory")
        return volume
