# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A control group for each node, so that two nodes' systemds do not share theirs."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .shell import LabError

_ROOT = Path("/sys/fs/cgroup")


def _managed_by_systemd() -> bool:
    return Path("/run/systemd/system").is_dir()


def nspawn_options() -> list[str]:
    """Where systemd runs the machine it gives a node its scope; elsewhere the group is ours."""
    return [] if _managed_by_systemd() else ["--keep-unit"]


def _hierarchies() -> list[Path]:
    # The ones a systemd inside a container manages itself; the others are read-only there.
    places = [_ROOT / "systemd", _ROOT / "unified", _ROOT]
    return [place for place in places if (place / "cgroup.procs").exists()]


def create(name: str) -> list[str]:
    """Make the group `name` in each hierarchy; return the paths, none where systemd does it."""
    if _managed_by_systemd():
        return []
    groups = [place / name for place in _hierarchies()]
    for group in groups:
        group.mkdir(exist_ok=True)
    return [str(group) for group in groups]


def remove(name: str) -> None:
    """Remove the group `name` and those below it; its processes have ended already."""
    deadline = time.monotonic() + 10
    for group in [place / name for place in _hierarchies()]:
        for folder, *_rest in os.walk(group, topdown=False):
            while not _removed(folder):
                if time.monotonic() > deadline:
                    raise LabError(f"the control group {folder} is still busy")
                time.sleep(0.05)


def _removed(folder: str) -> bool:
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
