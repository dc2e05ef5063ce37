# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Threads that serve disks, while a vm runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    AddIoThread,
    RemoveIoThread,
    Tune,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read


def io_threads(name: str, live: tree.Element, edited: tree.Element) -> list[Action]:
    """The actions that take the threads of a running vm to those of its definition."""
    has, wanted = threads_of(live), threads_of(edited)
    gone = [RemoveIoThread(name, number) for number in has if number not in wanted]
    new = [
        AddIoThread(name, number, settings)
        for number, settings in wanted.items()
        if number not in has
    ]
    tuned = [
        Tune(name, "io_thread", str(number), settings)
        for number, settings in wanted.items()
        if settings and number in has and settings != has[number]
    ]
    return [*gone, *new, *tuned]


def threads_of(root: tree.Element) -> dict[int, Mapping[str, Any]]:
    """The threads by their numbers; libvirt gives the lowest free ones to those without."""
    values = read(VM, root)
    listed = values.get("io_thread_ids") or ()
    threads: dict[int, Mapping[str, Any]] = {
        one["id"]: {name: value for name, value in one.items() if name != "id"} for one in listed
    }
    number = 0
    while len(threads) < values.get("io_threads", 0):
        number += 1
        threads.setdefault(number, {})
    return dict(sorted(threads.items()))
