# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line in a file that tells how far a run is."""

from __future__ import annotations

import os
import threading
from contextlib import suppress


class Progress:
    """Counts what is done of each kind. Without a path it tells nobody."""

    def __init__(self, path: str | None = None):
        self._path = path
        self._lock = threading.Lock()
        self._kind = ""
        self._all = self._done = 0

    def begin(self, kind: str, names: list[str]) -> None:
        """So many things of a kind are worked on from now on."""
        with self._lock:
            self._kind, self._all, self._done = kind, len(names), 0
            self._tell(f"{kind}: {', '.join(names)}" if len(names) == 1 else self._count())

    def one_more(self) -> None:
        """One of them is done, or failed."""
        with self._lock:
            self._done += 1
            self._tell(self._count())

    def _count(self) -> str:
        return f"{self._kind}: {self._done} of {self._all}"

    def _tell(self, line: str) -> None:
        if self._path is None:
            return
        # Whoever reads it sees a whole line; a run does not fail for what is only told.
        with suppress(OSError):
            with open(f"{self._path}.new", "w", encoding="utf-8") as file:
                file.write(line)
            os.replace(f"{self._path}.new", self._path)
