# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait until a guest is as far as the user wants it to be."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import RUNNING
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import SOURCES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

_SSH = 22
_RESULT = "/run/cloud-init/result.json"
# Seconds between two looks, and how much of a console is shown when they saw nothing.
_INTERVAL = 1.0
_CONSOLE_BYTES = 4096
_CONSOLE_LINES = 10


def wait_for_vm(observer: Observer, given: Mapping[str, Any]) -> None:
    """Wait for ``wait_for`` of a running vm. Raises VmrtError with what was tried and seen."""
    goal, name = given["wait_for"], given["name"]
    seen = observer.look("vm", name)
    if goal == "none" or seen is None or seen.state not in RUNNING:
        return
    look = _LOOKS[goal]
    end = time.monotonic() + given["wait_timeout"]
    trouble = look(observer, name)
    while trouble:
        if time.monotonic() >= end:
            raise VmrtError(
                f"'{name}' did not reach {goal} within {given['wait_timeout']} s: {trouble}"
                + _console(observer, seen.xml),
                option="wait_for",
                hint="Give it more time with wait_timeout, or look at its console.",
            )
        time.sleep(_INTERVAL)
        trouble = look(observer, name)


def _ip(observer: Observer, name: str) -> str:
    if observer.addresses(name, SOURCES):
        return ""
    return "neither a lease nor the guest agent tells an address"


def _agent(observer: Observer, name: str) -> str:
    try:
        observer.agent(name, "guest-ping")
    except VmrtError as error:
        return error.message
    return ""


def _ssh(observer: Observer, name: str) -> str:
    addresses = [one["address"] for one in observer.addresses(name, SOURCES)]
    for address in addresses:
        if observer.answers(address, _SSH, _INTERVAL).startswith("SSH-"):
            return ""
    tried = ", ".join(addresses) or "no address is known"
    return f"no SSH server answers on port {_SSH} ({tried})"


def _cloud_init(observer: Observer, name: str) -> str:
    try:
        errors = list(json.loads(_read_in_guest(observer, name, _RESULT))["v1"]["errors"])
    except VmrtError as error:
        return f"{_RESULT} can not be read yet: {error.message}"
    except (ValueError, TypeError, LookupError):
        return f"{_RESULT} is not what cloud-init writes"
    if errors:
        told = "; ".join(map(str, errors))
        raise VmrtError(
            f"cloud-init of '{name}' ended with errors: {_printable(told)}",
            option="cloud_init",
            hint="See /var/log/cloud-init.log in the guest.",
        )
    return ""


def _read_in_guest(observer: Observer, name: str, path: str) -> str:
    handle = observer.agent(name, "guest-file-open", {"path": path, "mode": "r"})
    try:
        content = observer.agent(name, "guest-file-read", {"handle": handle, "count": 65536})
    finally:
        observer.agent(name, "guest-file-close", {"handle": handle})
    return base64.b64decode(content["buf-b64"]).decode()


def _console(observer: Observer, xml: str) -> str:
    """The last lines of the serial console, where it has a log."""
    logs = [port["log"] for port in read(VM, tree.parse(xml)).get("serials", ()) if "log" in port]
    text = observer.read_file(logs[0], _CONSOLE_BYTES) if logs else None
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    if not lines:
        return ""
    shown = map(_printable, lines[-_CONSOLE_LINES:])
    return "; its console says last: " + " | ".join(shown)


def _printable(text: str) -> str:
    """What a guest says may hold anything, terminal control included."""
    return "".join(char for char in text if char.isprintable())


_LOOKS: dict[str, Callable[[Observer, str], str]] = {
    "ip": _ip,
    "agent": _agent,
    "ssh": _ssh,
    "cloud_init": _cloud_init,
}
