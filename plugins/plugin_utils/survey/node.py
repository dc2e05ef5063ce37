# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading one node, within a time."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_snapshot import (
    LibvirtSnapshot,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.survey import survey
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.survey.seed_address import seed_addresses

# An agent that hangs keeps one of libvirt's workers busy for 5 s, and libvirt has 20 of them. It
# takes 5 requests at a time from a connection.
_AT_ONCE = 10
_OF_A_CONNECTION = 5


def read_node(uri: str, agent_seconds: float) -> dict[str, Any]:
    """What the node tells, and the guests that can not be reached otherwise. Connections stay
    open, since those that wait for an agent can not be closed: they end with the process."""
    observer = LibvirtSnapshot(uri)
    told = survey(observer)
    for vm in told["vms"]:
        if not vm["addresses"]:
            vm["addresses"] += seed_addresses(observer, vm["options"])
    silent = {vm["name"]: vm for vm in told["vms"] if vm["agent"] and not vm["addresses"]}
    for name, found in ask_agents(lambda: LibvirtSnapshot(uri), list(silent), agent_seconds):
        silent[name]["addresses"] += found
    return told


def ask_agents(
    connect: Callable[[], Observer], names: Sequence[str], seconds: float
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Addresses from those agents that answer in time."""
    if not names or seconds <= 0:
        return
    end = time.monotonic() + seconds
    questions: queue.SimpleQueue[str] = queue.SimpleQueue()
    answers: queue.SimpleQueue[tuple[str, list[dict[str, Any]]]] = queue.SimpleQueue()
    for name in names:
        questions.put(name)
    for number in range(min(_AT_ONCE, len(names))):
        if number % _OF_A_CONNECTION == 0:
            observer = connect()
        # Not waited for when the process ends.
        asker = threading.Thread(target=_ask, args=(observer, questions, answers), daemon=True)
        asker.start()
    for _name in names:
        try:
            yield answers.get(timeout=max(0.0, end - time.monotonic()))
        except queue.Empty:
            return


def _ask(observer: Observer, questions: Any, answers: Any) -> None:
    while True:
        try:
            name = questions.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put((name, observer.addresses(name, ("agent",))))
        except VmrtError:
            # The vm ended in the meantime.
            answers.put((name, []))
