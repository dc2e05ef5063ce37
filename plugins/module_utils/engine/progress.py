# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line in a file that tells how far a run is."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB

# Seconds between two lines about what is loading: more often nobody looks.
_PAUSE = 0.5


class Progress:
    """Counts what is done of each kind. Without a path it tells nobody."""

    def __init__(self, path: str | None = None, kind: str = ""):
        self._path = path
        self._lock = threading.Lock()
        self._kind = kind
        self._all = self._done = 0
        # How much has arrived of each thing that is loading, by its name.
        self._loading: dict[str, str] = {}
        self._told = 0.0

    def begin(self, kind: str, names: list[str]) -> None:
        """So many things of a kind are worked on from now on."""
        with self._lock:
            self._kind, self._all, self._done = kind, len(names), 0
            self._tell(f"{kind}: {', '.join(names)}" if len(names) == 1 else self._count())

    def one_more(self, name: str) -> None:
        """One of them is done, or failed."""
        with self._lock:
            self._loading.pop(name, None)
            self._done += 1
            self._tell(self._count())

    def load(self, name: str, done: int, total: int | None) -> None:
        """So many bytes of one of them have arrived, of so many where that is known."""
        with self._lock:
            self._loading[name] = arrived(done, total)
            if done != total and time.monotonic() - self._told < _PAUSE:
                return
            self._tell(self._line())

    def now(self, name: str, what: str) -> None:
        """Something that takes a while is done with one of them, once it is there."""
        with self._lock:
            self._loading[name] = what
            self._tell(self._line())

    def _line(self) -> str:
        return self._count() if self._all > 1 else self._kind

    def _count(self) -> str:
        return f"{self._kind}: {self._done} of {self._all}"

    def _tell(self, line: str) -> None:
        if self._path is None:
            return
        self._told = time.monotonic()
        some = ", ".join(f"{name} {arrived}" for name, arrived in self._loading.items())
        # Whoever reads it sees a whole line; a run does not fail for what is only told.
        with suppress(OSError):
            with open(f"{self._path}.new", "w", encoding="utf-8") as file:
                file.write(f"{line}: {some}" if some else line)
            os.replace(f"{self._path}.new", self._path)


def arrived(done: int, total: int | None) -> str:
    """How many bytes are there, for a human."""
    if not total:
        return f"{done // MIB} MiB"
    return f"{done // MIB} of {-(-total // MIB)} MiB ({100 * done // total} %)"
