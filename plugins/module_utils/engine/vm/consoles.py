# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical consoles: what a new one gets, and which options fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.twice import given_devices
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.graphics import (
    LISTENERS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_LOOPBACK = "127.0.0.1"
_LONGEST_OF_VNC = 8
# What a console listens on, by the option that says it.
_LISTENING = {
    "listen": "address",
    "listen_network": "network",
    "listen_socket": "socket",
}


def complete_console(values: dict[str, Any], new: bool) -> None:
    """Fill in what a console needs; a new one can be reached from its node alone."""
    said = next((kind for option, kind in _LISTENING.items() if option in values), None)
    if said:
        values.setdefault("listen_type", said)
    if "port" in values or "tls_port" in values:
        # libvirt forgets a port that it may pick itself.
        values.setdefault("autoport", False)
    if new and values["type"] in LISTENERS:
        if values.setdefault("listen_type", "address") == "address":
            values.setdefault("listen", _LOOPBACK)
        if values["listen_type"] in ("address", "network"):
            values.setdefault("autoport", True)


def check_consoles(wanted: Mapping[str, Any], root: tree.Element | None) -> list[VmrtError]:
    """Complaints about consoles of which one option does not fit another."""
    given = {one["type"]: one for one in wanted.get("graphics", ())}
    errors = []
    for label, values in given_devices("graphics", wanted, root):
        for option, message in _complaints(given[values["type"]], values):
            errors.append(VmrtError(message, option=f"{label}.{option}"))
    return errors


def _complaints(given: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kind = now["type"]
    for option in ("port", "tls_port"):
        if now.get("autoport") and option in given:
            yield (
                option,
                (
                    "can not be kept where libvirt picks a free port. Say autoport: false, or "
                    "leave the port out"
                ),
            )
    if now.get("listen_type") == "network" and not now.get("listen_network"):
        yield "listen_network", "is needed where listen_type is network"
    if kind == "vnc":
        yield from _vnc(given, now)
    if not now.get("password"):
        for option in ("password_valid_to", "connected"):
            if given.get(option):
                yield option, "there is no password: give one as well"
    if kind != "egl-headless" and "render_node" in given and "gl" not in now:
        yield "render_node", "is needed for gl alone: say gl as well"
    if "address" in given and now.get("p2p"):
        yield "address", "a console with p2p has none"


def _vnc(given: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if len(given.get("password", "")) > _LONGEST_OF_VNC:
        yield "password", f"VNC knows at most {_LONGEST_OF_VNC} characters"
    if given.get("connected") not in (None, "keep"):
        yield "connected", "a console of the type vnc knows 'keep' alone"
    if now.get("listen_type") == "socket":
        for option in ("port", "autoport", "websocket", "share_policy", "power_control"):
            if option in given:
                yield option, "a console of the type vnc on a socket has none"
