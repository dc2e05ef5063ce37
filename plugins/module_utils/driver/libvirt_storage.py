# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools, and what is in them."""

from __future__ import annotations

import os
from functools import partial
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    measured,
    refresh,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.build_pool import (
    format_source,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import VolumeSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.here import is_here
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import (
    Progress,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import (
    lost,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import (
    volume_xml,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import storing
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import (
    called,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
)


class LibvirtStorage(LibvirtObserver):
    """One method for each action of storage that every plan may have."""

    _open_url: Callable[..., Any]
    _progress: Progress

    def _build_pool(self, action: actions.BuildPool) -> None:
        pool = self._thing("pool", action.pool)
        if action.format is None:
            pool.build(0)
            return
        try:
            format_source(pool, action.format)
        except libvirt.libvirtError:
            pool.undefine()
            raise

    def _refresh_pool(self, action: actions.RefreshPool) -> dict[str, Any]:
        pool = self._thing("pool", action.pool)
        before = set(pool.listVolumes())
        refresh(pool)
        now = set(pool.listVolumes())
        return {"refreshed": {"found": sorted(now - before), "gone": sorted(before - now)}}

    def _create_volume(self, action: actions.CreateVolume) -> None:
        ahead = libvirt.VIR_STORAGE_VOL_CREATE_PREALLOC_METADATA if action.preallocate else 0
        try:
            measured(self._thing("pool", action.pool).createXML, action.xml, ahead)
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_STORAGE_VOL_EXIST:
                raise lost(f"made the volume '{action.volume}' of the pool '{action.pool}'") from (
                    error
                )
            raise

    def _volume_of(self, pool: str, name: str) -> Any:
        volume = found(self._thing("pool", pool).storageVolLookupByName, name)
        if volume is None:
            raise NotFound(f"the volume '{name}' of the pool '{pool}' is gone")
        return volume

    def _resize_volume(self, action: actions.ResizeVolume) -> None:
        volume = self._volume_of(action.pool, action.volume)
        seen = self._volume(action.pool, volume)
        if seen.encrypted and seen.format == "raw" and is_here(self.uri):
            _lengthen(seen, action.capacity)
            refresh(self._thing("pool", action.pool))
            return
        try:
            volume.resize(action.capacity, 0)
        except libvirt.libvirtError as error:
            if volume.info()[1] > action.capacity:
                raise lost(f"grew the volume '{action.volume}' more") from error
            raise

    def _block_resize(self, action: actions.BlockResize) -> None:
        domain = self._thing("vm", action.name)
        if domain.blockInfo(action.device, 0)[0] > action.capacity:
            # QEMU would cut it off.
            raise lost(f"grew the disk {action.device} of '{action.name}' more")
        flags = libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES
        domain.blockResize(action.device, action.capacity, flags)
        volume = found(self._connection.storageVolLookupByPath, action.path)
        if volume is not None:
            refresh(volume.storagePoolLookupByVolume())

    def _delete_volume(self, action: actions.DeleteVolume) -> None:
        self._volume_of(action.pool, action.volume).delete(0)

    def _write_volume(self, action: actions.WriteVolume) -> None:
        pool = self._thing("pool", action.pool)
        old = found(pool.storageVolLookupByName, action.volume)
        if old is not None:
            # A running guest keeps the file that it has open.
            old.delete(0)
        size = len(action.content)
        volume = pool.createXML(volume_xml(action.volume, size, "raw", mode=action.mode), 0)
        try:
            stream = self._connection.newStream()
            volume.upload(stream, 0, size)
            rest = memoryview(action.content)
            while rest:
                rest = rest[stream.send(bytes(rest[:65536])) :]
            stream.finish()
        except libvirt.libvirtError:
            volume.delete(0)
            raise

    def _fetch_image(self, action: actions.FetchImage) -> None:
        # Python's HTTP takes long to load: few runs fetch anything.
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.fetch import fetch
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import (
            transport_of,
        )

        name = f"{action.pool}/{action.volume}"
        with called(action.option):
            fetch(
                action.location,
                action.path,
                open_url=self._open_url,
                checksum=action.checksum,
                image_format=action.format,
                transport=transport_of(action.transport),
                may_share=self._nobody_writes,
                progress=partial(self._progress.load, name),
                tell=partial(self._progress.now, name),
            )
        refresh(self._thing("pool", action.pool))

    def _nobody_writes(self, path: str) -> bool:
        """Can a file have a second name?"""
        return not any(user.writes for user in self.users().get(path, ()))


def _lengthen(volume: VolumeSeen, capacity: int) -> None:
    """What LUKS encrypts goes as far as its file does. libvirt would ask for a passphrase that is
    not needed, and mostly has forgotten which it is."""
    more = capacity - (volume.capacity or capacity)
    if more < 0:
        raise lost(f"grew the volume '{volume.name}' more")
    with called("size"), storing(volume.path):
        os.truncate(volume.path, os.path.getsize(volume.path) + more)
