# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doing what is planned for many things at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import Any, Callable, Protocol

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    Detach,
    Shutdown,
    Start,
    Stop,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import (
    WaitFailed,
    apply,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.wish import VMS
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import Progress
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# What takes its time without any work on our side: a guest that shuts down, and libvirt that looks
# every 200 ms whether a process has ended.
_PATIENT = (Detach, Shutdown, Stop)
# So many threads for each that may work, and so many in all that only wait.
_PATIENCE = 8
_MOST_WAITING = 64


class Host(Observer, Protocol):
    """A node that can be changed, over a connection of its own."""

    def run(self, action: Action) -> Mapping[str, Any] | None:
        """Carry out one action."""

    def close(self) -> None:
        """Let go of the connection."""


class Workers:
    """Threads, each with a connection of its own to write; what only reads shares one."""

    def __init__(
        self,
        connect: Callable[[], Host],
        reader: Observer,
        count: int,
        starts: int | None = None,
        progress: Progress | None = None,
    ):
        self._connect = connect
        self._reader = reader
        self._threads = ThreadPoolExecutor(count * _PATIENCE)
        self._waiters = ThreadPoolExecutor(_MOST_WAITING)
        self._working = threading.Semaphore(count)
        self._starting = threading.Semaphore(starts) if starts else None
        self._progress = progress or Progress()
        self._own = threading.local()
        self._hosts: list[Host] = []

    def close(self) -> None:
        for threads in (self._threads, self._waiters):
            threads.shutdown()
        for host in self._hosts:
            host.close()

    def carry_out(self, parts: Iterable[Part]) -> None:
        """Do what is planned, and wait for what is to be waited for. Each part has its error."""
        parts = [part for part in parts if not part.fails]
        self._each(self._carry_out, [part for part in parts if part.plan.actions], tell=True)
        waiting = [part for part in parts if not part.fails and part.waits]
        self._each(self._wait, waiting, self._waiters)

    def restart(self, parts: list[Part], wait_for: str) -> None:
        """Restart vms, and wait until they are back."""

        def one(part: Part) -> None:
            apply(replace(part.plan, actions=part.restart), self._turns())
            self._wait_for(part, {**part.given, "wait_for": wait_for})
            part.report = self._report(part)

        self._each(one, parts)

    def _each(
        self,
        work: Callable[[Part], None],
        parts: list[Part],
        threads: ThreadPoolExecutor | None = None,
        tell: bool = False,
    ) -> None:
        def one(part: Part) -> None:
            try:
                work(part)
            except VmrtError as error:
                part.error = error
            if tell:
                self._progress.one_more(part.name)

        if tell and parts:
            self._progress.begin(parts[0].kind, [part.name for part in parts])
        list((threads or self._threads).map(one, parts))

    def _carry_out(self, part: Part) -> None:
        with ExitStack() as turn:
            apply(part.plan, self._turns(turn))
            if self._starting and part.waits:
                # It keeps its place among those that start.
                self._wait(part)
        part.report = self._report(part)

    def _report(self, part: Part) -> Mapping[str, Any]:
        if part.kind == VMS:
            # Asking the agent of a guest that is starting takes seconds.
            return report_vm(self._host(), part.given["name"], ("lease",))
        return part.resource.report(self._host(), part.given)

    def _wait(self, part: Part) -> None:
        self._wait_for(part, part.given)

    def _wait_for(self, part: Part, given: Mapping[str, Any]) -> None:
        try:
            part.resource.wait(self._reader, given)
        except VmrtError as error:
            raise WaitFailed(error, part.plan) from error

    def _host(self) -> Host:
        if not hasattr(self._own, "host"):
            self._own.host = self._connect()
            self._hosts.append(self._own.host)
        host: Host = self._own.host
        return host

    def _turns(self, turn: ExitStack | None = None) -> _Turns:
        return _Turns(self._host(), self._working, self._starting, turn)


class _Turns:
    """A host that is told to do something when it is its turn. The turn to start ends with
    ``turn``."""

    def __init__(
        self,
        host: Host,
        working: threading.Semaphore,
        starting: threading.Semaphore | None,
        turn: ExitStack | None,
    ):
        self._host = host
        self._working = working
        self._starting = starting
        self._turn = turn

    def run(self, action: Action) -> Mapping[str, Any] | None:
        if isinstance(action, Start) and action.kind == "vm" and self._starting and self._turn:
            self._turn.enter_context(self._starting)
        with nullcontext() if isinstance(action, _PATIENT) else self._working:
            return self._host.run(action)
