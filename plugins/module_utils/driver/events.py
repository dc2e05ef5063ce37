# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for what a running vm does: events wake the waiter, and what it sees decides."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import connect, libvirt

# An event may get lost with its connection, so the waiter also looks by itself; seconds.
_LOOK_AGAIN = 1.0
# After how many seconds the other end is asked whether it is there, and how often.
_SILENT_SECONDS, _SILENT_TIMES = 5, 5
_loop: threading.Thread | None = None


def _run_loop() -> None:
    while True:
        libvirt.virEventRunDefaultImpl()


def start_loop() -> None:
    """Have events of the connections that are opened from now on."""
    global _loop
    if _loop is None:
        libvirt.virEventRegisterDefaultImpl()
        _loop = threading.Thread(target=_run_loop, name="libvirt events", daemon=True)
        _loop.start()


def keep_alive(connection: Any) -> None:
    """Give up a connection whose other end says nothing any more."""
    with suppress(libvirt.libvirtError):
        connection.setKeepAlive(_SILENT_SECONDS, _SILENT_TIMES)


class Events:
    """Lifecycle and device events of a vm, while it is open. Those of the others stay with libvirt:
    where many wait at once, each would be woken by all."""

    def __init__(self, uri: str, vm: str):
        start_loop()
        self._wake = threading.Condition()
        self._news = 0
        # Did it start again by itself?
        self.rebooted = False
        self._connection = connect(uri, write=False)
        domain = self._connection.lookupByName(vm)
        self._callbacks = [
            self._connection.domainEventRegisterAny(domain, event, self._notice, None)
            for event in (
                libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                libvirt.VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED,
                libvirt.VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE,
            )
        ]
        self._callbacks.append(
            self._connection.domainEventRegisterAny(
                domain, libvirt.VIR_DOMAIN_EVENT_ID_REBOOT, self._notice_reboot, None
            )
        )

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_error: object) -> None:
        for callback in self._callbacks:
            self._connection.domainEventDeregisterAny(callback)
        self._connection.close()

    def _notice_reboot(self, *_event: Any) -> None:
        self.rebooted = True
        self._notice()

    def _notice(self, *_event: Any) -> None:
        with self._wake:
            self._news += 1
            self._wake.notify_all()

    def wait(self, done: Callable[[], bool], timeout: float) -> bool:
        """Wait until ``done`` says so, at most ``timeout`` seconds; was it done?"""
        end = time.monotonic() + timeout
        while True:
            with self._wake:
                seen = self._news
            if done():
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            with self._wake:
                if self._news == seen:
                    self._wake.wait(min(left, _LOOK_AGAIN))
