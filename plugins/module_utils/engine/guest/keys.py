# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SSH keys that a user of a guest lets in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.actions import GuestKeys
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.agent import (
    Ask,
    understood,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Refused,
    VmrtError,
)


def plan_keys(given: Mapping[str, Any], ask: Ask) -> Plan:
    """Add those that are missing, and remove those that may not be there."""
    wanted = _wanted(given)
    has = _has(given["user"], ask)
    absent = given.get("key_state") == "absent"
    if absent and given.get("exclusive"):
        raise VmrtError("means nothing for keys that are kept out", option="exclusive")
    if absent:
        add, remove = [], [key for key in has if key in wanted]
    else:
        add = [key for key in wanted if key not in has]
        remove = [key for key in has if key not in wanted] if given.get("exclusive") else []
    found = {"authorized_keys": has}
    if not add and not remove:
        return Plan(found=found)
    after = [*(key for key in has if key not in remove), *add]
    return Plan(
        actions=(GuestKeys(given["name"], given["user"], add, remove),),
        before={"keys": has},
        after={"keys": after},
        found=found,
    )


def _wanted(given: Mapping[str, Any]) -> list[str]:
    keys = list(dict.fromkeys(key.strip() for key in given["keys"]))
    for key in keys:
        if not key or "\n" in key or key.startswith("#"):
            raise VmrtError(f"{key!r} is no line with an SSH key", option="keys")
    return keys


def _has(user: str, ask: Ask) -> list[str]:
    try:
        with understood():
            told = ask("guest-ssh-get-authorized-keys", {"username": user})["keys"]
            return [str(key).strip() for key in told]
    except Refused as refused:
        # It also refuses where the user has no such file yet, and tells the two apart by words.
        if "lookup user" in refused.message:
            raise Refused(refused.message, option="user") from refused
        return []
