# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of a guest."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.actions import GuestWrite
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Refused,
    VmrtError,
)

_LIMIT = 16 * units.MIB


def plan_read(given: Mapping[str, Any], ask: agent.Ask) -> Plan:
    """The content of a file."""
    try:
        content = agent.read_file(ask, given["path"], given.get("max_size", _LIMIT))
    except VmrtError as error:
        raise type(error)(error.message, option="path", hint=error.hint) from error
    found = {"file_base64": base64.b64encode(content).decode()}
    with suppress(UnicodeDecodeError):
        found["file_text"] = content.decode()
    return Plan(found=found)


def plan_write(given: Mapping[str, Any], ask: agent.Ask) -> Plan:
    """Written where it is missing or another."""
    wanted = _wanted(given)
    ask("guest-ping", {})
    try:
        # A file that is longer than what it should be is another one.
        has = agent.read_file(ask, given["path"], len(wanted))
    except Refused:
        before: Mapping[str, Any] = {"path": given["path"], "state": "absent"}
    except agent.TooLong:
        before = {"path": given["path"], "size": f"more than {len(wanted)}"}
    else:
        if has == wanted:
            return Plan()
        before = _shown(given["path"], has)
    step = GuestWrite(given["name"], given["path"], len(wanted), wanted)
    return Plan(actions=(step,), before=before, after=_shown(given["path"], wanted))


def _wanted(given: Mapping[str, Any]) -> bytes:
    if "content" in given:
        return str(given["content"]).encode()
    if "content_base64" not in given:
        raise VmrtError(
            "nothing is said to be written", option="content", hint="Or give content_base64."
        )
    try:
        return base64.b64decode(str(given["content_base64"]), validate=True)
    except binascii.Error as error:
        raise VmrtError(f"is no Base64: {error}", option="content_base64") from error


def _shown(path: str, content: bytes) -> dict[str, Any]:
    """What a difference tells of a file: it may hold secrets."""
    digest = hashlib.sha256(content).hexdigest()
    return {"path": path, "size": len(content), "checksum": f"sha256:{digest}"}
