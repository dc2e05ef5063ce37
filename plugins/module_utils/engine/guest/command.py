# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a command in a guest."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest import agent
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.guest.actions import GuestExec
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_SECONDS = 60


def plan_command(given: Mapping[str, Any], ask: agent.Ask) -> Plan:
    """Nothing where what it would create is there, or what it would remove is not."""
    argv = _argv(given)
    ask("guest-ping", {})
    creates, removes = given.get("creates"), given.get("removes")
    if creates and agent.exists(ask, creates):
        return Plan(found=_skipped(f"'{creates}' is there already"))
    if removes and not agent.exists(ask, removes):
        return Plan(found=_skipped(f"'{removes}' is not there"))
    environment = given.get("environment")
    step = GuestExec(
        given["name"],
        argv,
        given.get("timeout", _SECONDS),
        None if environment is None else {str(k): str(v) for k, v in environment.items()},
        str(given.get("stdin", "")).encode(),
    )
    return Plan(actions=(step,), after={"command": shlex.join(argv)})


def _skipped(why: str) -> dict[str, Any]:
    return {"rc": 0, "stdout": f"not run, since {why}", "stderr": ""}


def _argv(given: Mapping[str, Any]) -> list[str]:
    if "argv" not in given and "command" not in given:
        raise VmrtError("nothing is said to be run", option="argv", hint="Or give command.")
    if "argv" in given:
        argv = [str(word) for word in given["argv"]]
        option = "argv"
    else:
        option = "command"
        try:
            argv = shlex.split(str(given["command"]))
        except ValueError as error:
            raise VmrtError(f"can not be split: {error}", option=option) from error
    if not argv or not argv[0]:
        raise VmrtError("names no command", option=option)
    if any("\0" in word for word in argv):
        raise VmrtError("holds a NUL character", option=option)
    return argv


def verdict(found: Mapping[str, Any]) -> str | None:
    """A command that ended with another status than 0 is a failure, as everywhere in Ansible."""
    rc = found.get("rc", 0)
    return f"the command ended with {rc}, which is not 0" if rc else None
