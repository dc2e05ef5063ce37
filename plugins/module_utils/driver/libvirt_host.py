# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changing a node through libvirt: one method for each action."""

from __future__ import annotations

import time
from functools import partial
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import known_flags
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    found,
    libvirt,
    measured,
    refresh,
    translated,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.build_pool import format_source
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.events import Events
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_backup import (
    LibvirtBackup,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_clone import (
    LibvirtClone,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_guest import LibvirtGuest
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_layers import (
    LibvirtLayers,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_migrate import (
    LibvirtMigrate,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_power import LibvirtPower
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_secrets import (
    set_value,
    undefine_secret,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_volumes import (
    LibvirtVolumes,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.mark import set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.tune import tune
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import Progress
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.race import (
    check_race,
    lost,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import balloon_size
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import ALIAS_PREFIX
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    NotFound,
    VmrtError,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import KIB, show_size

# A guest that is still starting may not have heard the first request; seconds.
_ASK_AGAIN = 10
# A guest gives memory back, or takes it, within seconds when it can at all.
_BALLOON_SECONDS = 10


class LibvirtHost(
    LibvirtPower,
    LibvirtGuest,
    LibvirtMigrate,
    LibvirtLayers,
    LibvirtVolumes,
    LibvirtBackup,
    LibvirtClone,
):
    """A node that can be changed. ``open_url`` opens what images are loaded from, and ``progress``
    tells how much of them is there."""

    def __init__(self, uri: str, open_url: Callable[..., Any], progress: Progress | None = None):
        super().__init__(uri)
        self._open_url = open_url
        self._progress = progress or Progress()

    def run(self, action: actions.Action) -> dict[str, Any] | None:
        """Carry out one action; what it found out, if anything. Raises VmrtError."""
        with translated(""):
            found_out: dict[str, Any] | None = getattr(self, f"_{action.verb}")(action)
        return found_out

    def _define(self, action: actions.Define) -> None:
        check_race(action, self.look(action.kind, action.name))
        try:
            self._define_now(action)
        except libvirt.libvirtError:
            # The check and this are two calls.
            check_race(action, self.look(action.kind, action.name))
            raise

    def _define_now(self, action: actions.Define) -> None:
        if action.kind == "vm":
            xml, flags = action.xml, 0
            if action.fingerprint is None:
                root = tree.parse(xml)
                tree.ensure(root, f"{MARK}/@created").put(str(int(time.time())))
                xml, flags = tree.render(root), libvirt.VIR_DOMAIN_DEFINE_VALIDATE
            self._connection.defineXMLFlags(xml, flags)
        elif action.kind == "network":
            self._connection.networkDefineXML(action.xml)
        elif action.kind == "secret":
            self._connection.secretDefineXML(action.xml, 0)
        else:
            self._connection.storagePoolDefineXML(action.xml, 0)

    def _undefine(self, action: actions.Undefine) -> None:
        thing = self._thing(action.kind, action.name)
        if action.kind == "secret":
            undefine_secret(thing)
            return
        if action.kind != "vm":
            thing.undefine()
            return
        flags = known_flags.undefine(
            self.driver(), self._connection.getLibVersion(), action.saved, action.keep_state
        )
        thing.undefineFlags(flags)

    def _rename(self, action: actions.Rename) -> None:
        self._thing("vm", action.name).rename(action.new_name, 0)

    def _start(self, action: actions.Start) -> None:
        thing = self._thing(action.kind, action.name)
        try:
            if action.kind == "vm":
                thing.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED if action.paused else 0)
            else:
                thing.create()
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_OPERATION_INVALID and thing.isActive():
                raise lost(f"started the {action.kind} '{action.name}'") from error
            raise

    def _stop(self, action: actions.Stop) -> None:
        self._thing(action.kind, action.name).destroy()

    def _set_autostart(self, action: actions.SetAutostart) -> None:
        self._thing(action.kind, action.name).setAutostart(int(action.autostart))

    def _shutdown(self, action: actions.Shutdown) -> None:
        domain = self._thing("vm", action.name)

        def off() -> bool:
            return not domain.isActive()

        with Events(self.uri) as events:
            end = time.monotonic() + action.timeout
            while not off():
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._ask_to_shut_down(domain)
                events.wait(off, min(left, _ASK_AGAIN))
        if off():
            return
        if not action.force:
            raise VmrtError(
                f"the guest of '{action.name}' did not shut down within {action.timeout} s",
                option="stop_timeout",
                hint="Give it more time, or cut its power with force=true.",
            )
        domain.destroy()

    @staticmethod
    def _ask_to_shut_down(domain: Any) -> None:
        try:
            domain.shutdown()
        except libvirt.libvirtError:
            # It may just have gone off, or its agent not answer while it does; the wait decides.
            if domain.isActive():
                domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)

    def _suspend(self, action: actions.Suspend) -> None:
        self._thing("vm", action.name).suspend()

    def _resume(self, action: actions.Resume) -> None:
        domain = self._thing("vm", action.name)
        if domain.state()[0] == libvirt.VIR_DOMAIN_PMSUSPENDED:
            domain.pMWakeup(0)
        else:
            domain.resume()

    def _attach(self, action: actions.Attach) -> None:
        domain = self._thing("vm", action.name)
        flags = libvirt.VIR_DOMAIN_AFFECT_LIVE
        placed = self._placed(domain, action.xml)
        if placed:
            try:
                domain.attachDeviceFlags(placed, flags)
                return
            except libvirt.libvirtError:
                # Its place may be taken in the running machine; libvirt then finds another.
                pass
        domain.attachDeviceFlags(action.xml, flags)

    @staticmethod
    def _placed(domain: Any, xml: str) -> str | None:
        """The device as the definition has it, with its address: after the next start the guest
        finds it where it was plugged."""
        alias = tree.parse(xml).find("alias")
        if alias is None or not alias.get("name").startswith(ALIAS_PREFIX):
            return None
        flags = libvirt.VIR_DOMAIN_XML_INACTIVE | libvirt.VIR_DOMAIN_XML_SECURE
        for known in tree.parse(domain.XMLDesc(flags)).iterfind("devices/*/alias"):
            if known.get("name") == alias.get("name"):
                return tree.render(known.getparent())
        return None

    def _detach(self, action: actions.Detach) -> None:
        domain = self._thing("vm", action.name)
        device = tree.parse(action.xml)

        def gone() -> bool:
            live = tree.parse(domain.XMLDesc(0))
            return not any(_same_device(device, other) for other in live.find("devices"))

        with Events(self.uri) as events:
            end = time.monotonic() + action.timeout
            while not gone():
                left = end - time.monotonic()
                if left <= 0:
                    raise VmrtError(
                        f"the guest did not let go of {action.device} within {action.timeout} s; "
                        "it is still attached, and no longer in the definition",
                        option="wait_timeout",
                        hint="Free it in the guest and run again, or restart the vm.",
                    )
                self._ask_to_detach(domain, action.xml)
                events.wait(gone, min(left, _ASK_AGAIN))

    @staticmethod
    def _ask_to_detach(domain: Any, xml: str) -> None:
        try:
            domain.detachDeviceFlags(xml, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError as error:
            busy = (libvirt.VIR_ERR_OPERATION_FAILED, libvirt.VIR_ERR_DEVICE_MISSING)
            if error.get_error_code() not in busy:
                raise

    def _update(self, action: actions.Update) -> None:
        domain = self._thing("vm", action.name)
        domain.updateDeviceFlags(action.xml, libvirt.VIR_DOMAIN_AFFECT_LIVE)

    def _set_memory(self, action: actions.SetMemory) -> None:
        domain = self._thing("vm", action.name)
        domain.setMemoryFlags(action.size // KIB, libvirt.VIR_DOMAIN_AFFECT_LIVE)

        def has() -> int:
            return balloon_size(tree.parse(domain.XMLDesc(0)))

        with Events(self.uri) as events:
            if not events.wait(lambda: has() == action.size, _BALLOON_SECONDS):
                raise VmrtError(
                    f"the guest has {show_size(has())}, {_BALLOON_SECONDS} s after it was told to "
                    f"have {show_size(action.size)}",
                    option="memory",
                    hint="Has it a balloon driver? It gets what is defined at its next start.",
                )

    def _set_vcpus(self, action: actions.SetVcpus) -> None:
        domain = self._thing("vm", action.name)
        domain.setVcpusFlags(action.count, libvirt.VIR_DOMAIN_AFFECT_LIVE)

    def _tune(self, action: actions.Tune) -> None:
        domain = self._thing("vm", action.name)
        tune(domain, action.call, action.target, action.settings)

    def _add_io_thread(self, action: actions.AddIoThread) -> None:
        domain = self._thing("vm", action.name)
        flags = libvirt.VIR_DOMAIN_AFFECT_LIVE
        domain.addIOThread(action.number, flags)
        if action.settings:
            domain.setIOThreadParams(action.number, dict(action.settings), flags)

    def _remove_io_thread(self, action: actions.RemoveIoThread) -> None:
        domain = self._thing("vm", action.name)
        try:
            domain.delIOThread(action.number, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        except libvirt.libvirtError:
            # Without cgroups libvirt fails to tidy up after a thread that is gone.
            if any(one[0] == action.number for one in domain.ioThreadInfo(0)):
                raise

    def _set_metadata(self, action: actions.SetMetadata) -> None:
        domain = self._thing("vm", action.name)
        live, config = libvirt.VIR_DOMAIN_AFFECT_LIVE, libvirt.VIR_DOMAIN_AFFECT_CONFIG
        set_mark(domain, tree.parse(action.xml), config if action.kept else live)

    def _set_secret_value(self, action: actions.SetSecretValue) -> None:
        secret = self._thing("secret", action.name)
        try:
            set_value(secret, action.value)
        except libvirt.libvirtError:
            if action.is_new:
                undefine_secret(secret)
            raise

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

    def _update_network(self, action: actions.UpdateNetwork) -> None:
        network = self._thing("network", action.network)
        commands = {
            "add": libvirt.VIR_NETWORK_UPDATE_COMMAND_ADD_LAST,
            "modify": libvirt.VIR_NETWORK_UPDATE_COMMAND_MODIFY,
            "delete": libvirt.VIR_NETWORK_UPDATE_COMMAND_DELETE,
        }
        sections = {"ip-dhcp-host": libvirt.VIR_NETWORK_SECTION_IP_DHCP_HOST}
        flags = libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
        if network.isActive():
            flags |= libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
        command, section = commands[action.command], sections[action.section]
        network.update(command, section, action.parent, action.xml, flags)


def _same_device(one: tree.Element, other: tree.Element) -> bool:
    """Is it the same device of a running machine? Each has an alias there."""
    if one.tag != other.tag:
        return False
    names = [element.find("alias") for element in (one, other)]
    return all(name is not None for name in names) and names[0].get("name") == names[1].get("name")
