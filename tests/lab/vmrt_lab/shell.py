# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running commands so that a failure is one readable message and nothing outlives a crash."""

from __future__ import annotations

import subprocess
from typing import Any

# The process tree below `unshare` lives in a PID namespace that dies with its first process,
# and that one dies with the lab: a killed build leaves no process and no mount behind.
_CONTAINED = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)


class LabError(Exception):
    """Something the user can act on; printed without a traceback."""


def run(*command: str, **options: Any) -> str:
    """Run a command and return its standard output; raise LabError with its words if it fails.

    The command shares the lab's lock: after a crash the lock is only free when it has ended too.
    """
    result: subprocess.CompletedProcess[str] = subprocess.run(
        command, capture_output=True, text=True, check=False, close_fds=False, **options
    )
    if result.returncode != 0:
        said = (result.stderr.strip() or result.stdout.strip())[-2000:]
        raise LabError(f"`{' '.join(command)}` ended with {result.returncode}: {said}")
    return result.stdout


def succeeds(*command: str) -> bool:
    """Whether the command ends with 0; its output is dropped."""
    nothing = subprocess.DEVNULL
    done = subprocess.run(command, check=False, stdin=nothing, stdout=nothing, stderr=nothing)
    return done.returncode == 0


def run_contained(*command: str, **options: Any) -> str:
    """Like `run`, for long builds that start processes and mounts of their own."""
    return run(*_CONTAINED, *command, **options)
