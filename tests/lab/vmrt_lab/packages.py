# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Debian packages of each part of the lab, and installing those of the controller."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from .shell import LabError, run

_DECLARED = json.loads(
    (Path(__file__).resolve().parent.parent / "packages.json").read_text(encoding="utf-8")
)


def packages(*parts: str) -> list[str]:
    """The package names of the given parts of packages.json."""
    return [name for part in parts for name in _DECLARED[part]]


def install_missing() -> None:
    """Install the controller's packages that dpkg does not know as installed."""
    missing = sorted(set(packages("controller")) - _installed())
    if not missing:
        return
    if os.geteuid() != 0:
        raise LabError(f"the lab needs these packages; run: apt-get install {' '.join(missing)}")
    print(f"lab: installing {' '.join(missing)}", file=sys.stderr)
    apt = ("apt-get", "-y", "-o", "DPkg::Lock::Timeout=600")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(*apt, "update", env=environment)
    run(*apt, "install", "--no-install-recommends", *missing, env=environment)


def _installed() -> set[str]:
    try:
        listing = run("dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n")
    except FileNotFoundError:
        raise LabError("the lab runs on Debian and its kin: dpkg was not found") from None
    return {line.split()[1] for line in listing.splitlines() if line.startswith("installed ")}
