# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The power of a machine, and what is done to it from outside, through libvirt."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.events import Events
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_observer import (
    LibvirtObserver,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.power import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_DUMP_FLAGS = {
    "memory_only": "VIR_DUMP_MEMORY_ONLY",
    "live": "VIR_DUMP_LIVE",
    "crash": "VIR_DUMP_CRASH",
    "reset": "VIR_DUMP_RESET",
    "bypass_cache": "VIR_DUMP_BYPASS_CACHE",
}


class LibvirtPower(LibvirtObserver):
    """One method for each action of vm_power."""

    def _reboot(self, action: actions.Reboot) -> None:
        domain = self._thing("vm", action.name)
        modes = {
            None: 0,
            "acpi": libvirt.VIR_DOMAIN_REBOOT_ACPI_POWER_BTN,
            "agent": libvirt.VIR_DOMAIN_REBOOT_GUEST_AGENT,
            "initctl": libvirt.VIR_DOMAIN_REBOOT_INITCTL,
            "signal": libvirt.VIR_DOMAIN_REBOOT_SIGNAL,
            "paravirt": libvirt.VIR_DOMAIN_REBOOT_PARAVIRT,
        }
        time.sleep(action.delay)
        with Events(self.uri, action.name) as events:
            domain.reboot(modes[action.mode])
            if action.timeout is None:
                return

            def over() -> bool:
                return events.rebooted or not domain.isActive()

            if not events.wait(over, action.timeout):
                raise VmrtError(
                    f"the guest of '{action.name}' did not reboot within {action.timeout} s",
                    option="wait_timeout",
                    hint="Give it more time, or start it again without asking: operation=reset.",
                )

    def _reset(self, action: actions.Reset) -> None:
        self._thing("vm", action.name).reset(0)

    def _save(self, action: actions.Save) -> None:
        flags = {
            None: 0,
            True: libvirt.VIR_DOMAIN_SAVE_PAUSED,
            False: libvirt.VIR_DOMAIN_SAVE_RUNNING,
        }[action.paused]
        if action.bypass_cache:
            flags |= libvirt.VIR_DOMAIN_SAVE_BYPASS_CACHE
        self._thing("vm", action.name).managedSave(flags)

    def _remove_save(self, action: actions.RemoveSave) -> None:
        self._thing("vm", action.name).managedSaveRemove(0)

    def _sleep(self, action: actions.Sleep) -> None:
        domain = self._thing("vm", action.name)
        targets = {
            "mem": libvirt.VIR_NODE_SUSPEND_TARGET_MEM,
            "disk": libvirt.VIR_NODE_SUSPEND_TARGET_DISK,
            "hybrid": libvirt.VIR_NODE_SUSPEND_TARGET_HYBRID,
        }

        def asleep() -> bool:
            return not domain.isActive() or domain.state()[0] == libvirt.VIR_DOMAIN_PMSUSPENDED

        with Events(self.uri, action.name) as events:
            self._ask_to_sleep(domain, targets[action.target], action.timeout)
            if not events.wait(asleep, action.timeout):
                raise VmrtError(
                    f"the guest of '{action.name}' did not sleep within {action.timeout} s",
                    option="wait_timeout",
                    hint="Does its kernel know how to suspend?",
                )

    @staticmethod
    def _ask_to_sleep(domain: Any, target: int, timeout: int) -> None:
        """An agent says nothing where its guest sleeps, nor where it did not manage to. libvirt
        would wait without end, and nobody could ask the agent anything until then."""
        domain.agentSetResponseTimeout(timeout, 0)
        try:
            domain.pMSuspendForDuration(target, 0, 0)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_AGENT_UNRESPONSIVE:
                raise
        finally:
            # A guest whose memory went to its disk is off by now.
            with suppress(libvirt.libvirtError):
                domain.agentSetResponseTimeout(libvirt.VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK, 0)

    def _inject_nmi(self, action: actions.InjectNmi) -> None:
        self._thing("vm", action.name).injectNMI(0)

    def _send_keys(self, action: actions.SendKeys) -> None:
        domain = self._thing("vm", action.name)
        codeset = getattr(libvirt, f"VIR_KEYCODE_SET_{action.codeset.upper()}")
        for chord in action.chords:
            domain.sendKey(codeset, action.hold_time, list(chord), len(chord), 0)

    def _screenshot(self, action: actions.Screenshot) -> dict[str, Any]:
        domain = self._thing("vm", action.name)
        part = Path(f"{action.path}.part")
        stream = self._connection.newStream()
        kind = domain.screenshot(stream, action.screen, 0)
        try:
            # Nobody else may read what is on a screen.
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with open(handle, "wb") as file:
                stream.recvAll(lambda _stream, data, _opaque: file.write(data), None)
            stream.finish()
            part.rename(action.path)
        except OSError as error:
            raise VmrtError(
                f"can not write '{action.path}': {error.strerror}", option="path"
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return {"screenshot_type": kind}

    def _dump(self, action: actions.Dump) -> None:
        word = action.format.replace("-", "_").upper()
        flags = 0
        for one in action.flags:
            flags |= getattr(libvirt, _DUMP_FLAGS[one])
        kind = getattr(libvirt, f"VIR_DOMAIN_CORE_DUMP_FORMAT_{word}")
        self._thing("vm", action.name).coreDumpWithFormat(action.path, kind, flags)
