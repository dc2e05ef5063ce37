# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running machines: their end, their rest, their devices and their size."""

from __future__ import annotations

import time
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.events import (
    Events,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.mark import (
    set_mark,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.tune import (
    tune,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.memory import (
    balloon_size,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import (
    ALIAS_PREFIX,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    VmrtError,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import (
    KIB,
    show_size,
)

# A guest that is still starting may not have heard the first request; seconds.
_ASK_AGAIN = 10
# A guest gives memory back, or takes it, within seconds when it can at all.
_BALLOON_SECONDS = 10


class LibvirtLive(LibvirtObserver):
    """One method for each action on a running machine."""

    def _shutdown(self, action: actions.Shutdown) -> None:
        domain = self._thing("vm", action.name)

        def off() -> bool:
            return not domain.isActive()

        with Events(self.uri, action.name) as events:
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

        with Events(self.uri, action.name) as events:
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

        with Events(self.uri, action.name) as events:
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


def _same_device(one: tree.Element, other: tree.Element) -> bool:
    """Is it the same device of a running machine? Each has an alias there."""
    if one.tag != other.tag:
        return False
    names = [element.find("alias") for element in (one, other)]
    return all(name is not None for name in names) and names[0].get("name") == names[1].get("name")
