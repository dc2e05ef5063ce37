# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Snapshots through libvirt, and the files that the disks of a vm rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    supported,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import chain, finish
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.checkpoint import (
    forget_checkpoint,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.halted import in_memory
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.mark import set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.snapshot.moment import (
    lost,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.mark import mark_with
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import LostRace, VmrtError


class LibvirtLayers(LibvirtObserver):
    """One method for each action of snapshots."""

    def _take_snapshot(self, action: actions.TakeSnapshot) -> None:
        flags = 0
        if action.kind == "external":
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
            if not action.memory:
                flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        if action.quiesce:
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
        self._thing("vm", action.name).snapshotCreateXML(action.xml, flags)
        self._refresh(action.pools)

    def _own_volumes(self, action: actions.OwnVolumes) -> None:
        domain = self._thing("vm", action.name)
        secure = libvirt.VIR_DOMAIN_XML_SECURE
        places = {libvirt.VIR_DOMAIN_AFFECT_CONFIG: libvirt.VIR_DOMAIN_XML_INACTIVE | secure}
        if domain.isActive():
            places[libvirt.VIR_DOMAIN_AFFECT_LIVE] = secure
        for place, flags in places.items():
            root = tree.parse(domain.XMLDesc(flags))
            set_mark(domain, mark_with({"owned_volumes": list(action.volumes)}, root), place)

    def _merge_layers(self, action: actions.MergeLayers) -> None:
        domain = self._thing("vm", action.name)
        with in_memory(domain):
            try:
                _mark_lost(domain, action.lost)
                _merge(domain, action)
            except libvirt.libvirtError as error:
                raise VmrtError(
                    f"'{action.top}' is not, or not yet, merged into '{action.base}': libvirt "
                    f"says: {error.get_error_message()}. Both stay until that is done, and "
                    "together they hold all that was written"
                ) from error
        self._refresh(action.pools)

    def _redefine_snapshot(self, action: actions.RedefineSnapshot) -> None:
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
        if action.current:
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
        self._thing("vm", action.name).snapshotCreateXML(action.xml, flags)

    def _forget_snapshot(self, action: actions.ForgetSnapshot) -> None:
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY
        self._snapshot_of(action.name, action.snapshot).delete(flags)

    def _delete_snapshot(self, action: actions.DeleteSnapshot) -> None:
        self._snapshot_of(action.name, action.snapshot).delete(0)

    def _snapshot_of(self, vm: str, name: str) -> Any:
        return self._thing("vm", vm).snapshotLookupByName(name, 0)

    def _revert_to_snapshot(self, action: actions.RevertToSnapshot) -> None:
        domain = self._thing("vm", action.name)
        # That something is lost was agreed to.
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE
        if action.start:
            flags |= libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING
        domain.revertToSnapshot(self._snapshot_of(action.name, action.snapshot), flags)
        # The disks are other ones now, and nothing has recorded it.
        for checkpoint in supported(domain.listAllCheckpoints, 0) or ():
            forget_checkpoint(domain, checkpoint.getName())
        self._connection.defineXMLFlags(action.xml, 0)

    def _restore_memory(self, action: actions.RestoreMemory) -> None:
        flags = libvirt.VIR_DOMAIN_SAVE_IMAGE_XML_SECURE
        root = tree.parse(self._connection.saveImageGetXMLDesc(action.path, flags))
        for target, path in action.disks:
            switch(root, target, path, "qcow2")
        state = libvirt.VIR_DOMAIN_SAVE_PAUSED if action.paused else libvirt.VIR_DOMAIN_SAVE_RUNNING
        self._connection.restoreFlags(action.path, tree.render(root), state)


def _mark_lost(domain: Any, names: Sequence[str]) -> None:
    """Keep with snapshots that they do not hold any more what they held."""
    for name in names:
        snapshot = found(domain.snapshotLookupByName, name, 0)
        if snapshot is not None:
            xml = snapshot.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
            domain.snapshotCreateXML(lost(xml), libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE)


def _merge(domain: Any, action: actions.MergeLayers) -> None:
    if not domain.blockJobInfo(action.target, 0):
        layers = chain(domain, action.target)
        if action.top not in layers or action.base not in layers:
            raise LostRace(
                f"'{action.top}' does not rest on '{action.base}' any more", hint="Run again."
            )
        flags = libvirt.VIR_DOMAIN_BLOCK_COMMIT_ACTIVE if layers[0] == action.top else 0
        domain.blockCommit(action.target, action.base, action.top, 0, flags)
    # Else a run that did not come to its end has begun it.
    finish(domain, action.target)
    if action.top in chain(domain, action.target):
        raise VmrtError(
            f"'{action.top}' was not merged into '{action.base}'",
            hint="Is there room in the pool? The guest goes on with its files as they were.",
        )
