# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One question to a guest's agent, through libvirt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    agent_errors,
    libvirt_qemu,
    translated,
)


def call_agent(
    connection: Any, vm: str, command: str, arguments: Mapping[str, Any] | None, seconds: int
) -> Any:
    """What the agent returns. Raises Refused where it says no, else VmrtError."""
    # To some commands an empty set of arguments is one too many.
    request = {"execute": command, **({"arguments": dict(arguments)} if arguments else {})}
    with translated(f"asking the agent of '{vm}'"), agent_errors():
        domain = connection.lookupByName(vm)
        answer = libvirt_qemu.qemuAgentCommand(domain, json.dumps(request), seconds, 0)
    return json.loads(answer)["return"]
