# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of its node a vm can not have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_SOCKETS = "/dev/vhost-vsock"
_LOGS = "/var/log/libvirt"
_WRITERS = ("serials", "parallels", "consoles", "channels", "redirdevs")


def check_node(wanted: Mapping[str, Any], runs: bool, facts: NodeFacts) -> Iterator[VmrtError]:
    """Complaints about what is not there on the node, or has another use."""
    socket = wanted.get("vsock")
    if runs and socket and socket.get("state") != "absent" and not facts.has(_SOCKETS):
        yield VmrtError(
            f"the node has no {_SOCKETS}, which a running vm needs for it",
            option="vsock",
            hint="Load the kernel's module vhost_vsock there, or leave the option out.",
        )
    for name in _WRITERS:
        for device in wanted.get(name, ()):
            for option in ("log", "path"):
                if _is_log(device.get(option), wanted["name"]):
                    yield VmrtError(
                        "is the log that libvirt itself writes for the vm",
                        option=f"{name}[{device['name']}].{option}",
                        hint="Name another file.",
                    )


def _is_log(path: Any, vm: str) -> bool:
    """Is it libvirt's log of a vm, which is in a folder for each of its drivers?"""
    folder, _slash, file = (path or "").rpartition("/")
    return posixpath.dirname(folder) == _LOGS and file == f"{vm}.log"
