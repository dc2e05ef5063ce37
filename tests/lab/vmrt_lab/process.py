# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finding and ending the processes of the lab, and never anybody else's."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from .shell import LabError


def with_argument(argument: str) -> Iterator[int]:
    """The processes that were started with exactly this argument."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and has_argument(int(entry.name), argument):
            yield int(entry.name)


def has_argument(pid: int, argument: str) -> bool:
    """Whether the process was started with exactly this argument."""
    try:
        return argument.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def end_all(find: Callable[[], list[int]], is_ours: Callable[[int], bool], what: str) -> None:
    """Kill what `find` returns until it returns nothing; `is_ours` is asked before each kill."""
    deadline = time.monotonic() + 20
    while left := find():
        if time.monotonic() > deadline:
            raise LabError(f"{what}: the processes {left} do not end")
        for pid in left:
            _end(pid, is_ours)
        time.sleep(0.05)


def _end(pid: int, is_ours: Callable[[int], bool]) -> None:
    # The handle is taken before the check, so a process that got the number later is never hit.
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if is_ours(pid):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        os.close(handle)


def ancestors() -> set[int]:
    """This process and those it descends from."""
    found: set[int] = set()
    pid = os.getpid()
    while pid > 1:
        found.add(pid)
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        pid = next(int(line.split()[1]) for line in status.splitlines() if "PPid" in line)
    return found
