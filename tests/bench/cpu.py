# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CPU seconds as the kernel counts them for a control group: for all of its processes, also those
that have ended, and those nobody waits for, such as an SSH connection that is kept open."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_PLACES = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))


def _root() -> Path:
    for place in _PLACES:
        if (place / "cgroup.subtree_control").exists():
            return place
    raise SystemExit("bench: CPU time is read from control groups of version 2, which are not here")


class Group:
    """A control group; ``path`` begins at the root of the hierarchy."""

    def __init__(self, path: str) -> None:
        self._folder = _root() / path.lstrip("/")

    @classmethod
    def of_machine(cls, pid: int) -> Group:
        """That of a whole machine, by its systemd-nspawn."""
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii").splitlines()
        path = next(line.removeprefix("0::") for line in lines if line.startswith("0::"))
        return cls(path.removesuffix("/supervisor"))

    def seconds(self) -> float:
        """What its processes have used so far."""
        lines = (self._folder / "cpu.stat").read_text(encoding="ascii").splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6

    def make(self) -> None:
        self._folder.mkdir(exist_ok=True)

    def remove(self) -> None:
        self.end_processes()
        self._folder.rmdir()

    def enter(self, command: list[str]) -> list[str]:
        """The command line that runs a command in this group."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self._processes), *command]

    def end_processes(self) -> None:
        """End what is left in it: connections that were to be kept open."""
        deadline = time.monotonic() + 10
        while pids := self._processes.read_text(encoding="ascii").split():
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: the processes {pids} do not end")
            for pid in pids:
                try:
                    os.kill(int(pid), signal.SIGTERM)
                except ProcessLookupError:
                    continue
            time.sleep(0.05)

    @property
    def _processes(self) -> Path:
        return self._folder / "cgroup.procs"
