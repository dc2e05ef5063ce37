# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tunables of a running vm in memory: each is written where the option that names it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.io_threads import threads_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def tune(live: tree.Element, call: str, target: str | None, settings: Mapping[str, Any]) -> None:
    """Set tunables of a running vm, or of its disk ``target``."""
    if call in _PARTS:
        write(VM, _PARTS[call](target or "", dict(settings)), live)
        return
    vias = {f"{call}:{name}": value for name, value in settings.items()}
    if target is None:
        write(VM, _values(VM, vias), live)
        return
    for name in ("disks", "cdroms", "floppies", "nics"):
        for item in items(VM[name], live):
            if item.values.get("target") == target:
                write(VM[name].schema, _values(VM[name].schema, vias), item.element)
                return
    raise VmrtError(f"libvirt says: invalid path: {target}")


def _values(schema: Schema, vias: Mapping[str, Any]) -> dict[str, Any]:
    """The values as a wish has them, at whatever depth."""
    found: dict[str, Any] = {}
    for one in schema.fields:
        if one.via and one.via in vias:
            found[one.name] = vias[one.via]
        elif one.of and not one.many:
            inner = _values(one.of, vias)
            if inner:
                found[one.name] = inner
    return found


# Tunables of a part of a vm that has a number or a path, as a wish has them.
_PARTS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "vcpu_pin": lambda part, pin: {"cpu_tune": {"vcpu_pins": [{"vcpu": int(part), **pin}]}},
    "iothread_pin": lambda part, pin: {
        "cpu_tune": {"iothread_pins": [{"iothread": int(part), **pin}]}
    },
    "block_device": lambda part, limits: {"block_tune": {"devices": [{"path": part, **limits}]}},
    "io_thread": lambda part, pool: {"io_thread_ids": [{"id": int(part), **pool}]},
}


def add_io_thread(live: tree.Element, number: int, settings: Mapping[str, Any]) -> None:
    """Give a running vm another thread that serves disks."""
    threads = threads_of(live)
    if number in threads:
        raise VmrtError(f"libvirt says: an IOThread is already using iothread_id '{number}'")
    _write_threads(live, {**threads, number: settings})


def remove_io_thread(live: tree.Element, number: int) -> None:
    """Take a thread that serves disks from a running vm."""
    threads = dict(threads_of(live))
    if number not in threads:
        raise VmrtError(f"libvirt says: cannot find IOThread '{number}'")
    del threads[number]
    _write_threads(live, threads)


def _write_threads(live: tree.Element, threads: Mapping[int, Mapping[str, Any]]) -> None:
    tree.remove(live, "iothreadids")
    listed = [{"id": number, **settings} for number, settings in threads.items()]
    write(VM, {"io_threads": len(listed), "io_thread_ids": listed}, live)
