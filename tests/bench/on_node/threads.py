# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same for many things, by several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import libvirt


def for_each(
    paths: Sequence[Path], work: Callable[[libvirt.virConnect, Path], None], workers: int
) -> int:
    """How many were done; the first error ends it."""
    own = threading.local()

    def connect() -> None:
        own.connection = libvirt.open("qemu:///system")

    with ThreadPoolExecutor(workers, initializer=connect) as pool:
        return len(list(pool.map(lambda path: work(own.connection, path), paths)))
