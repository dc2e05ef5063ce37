# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Root file systems of Debian, made from the package sources of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from .shell import LabError, run, run_contained

SUITE = "bookworm"
_SUITES = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# How this machine reaches its mirror is the machine's business: proxies, certificates and
# patience are handed on, everything else stays the build's own.
_REACHING = re.compile(r"^Acquire::(https?|ftp|Retries|Check-|proxy|Proxy)")

# Timers that wake up in the middle of a test, and a login prompt of containers nobody reads.
_MASKED = [
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "console-getty.service",
    "dpkg-db-backup.timer",
    "e2scrub_all.timer",
    "e2scrub_reap.service",
    "fstrim.timer",
    "logrotate.timer",
    "man-db.timer",
]

# What would tie the result to this machine, or make two machines out of it the same one.
_FORGET = 'cd "$1" && rm -f etc/apt/apt.conf.d/99mmdebstrap etc/machine-id var/lib/dbus/machine-id'

_SLIM = [
    f"path-exclude=/usr/share/{folder}/*"
    for folder in ("doc", "man", "info", "locale", "lintian", "bash-completion", "help")
] + ["path-include=/usr/share/doc/*/copyright"]


def sources() -> list[str]:
    """One-line apt sources of the suite at the mirrors this machine is configured for."""
    found = _debian_targets()
    if not found:
        run("apt-get", "-o", "DPkg::Lock::Timeout=600", "update")
        found = _debian_targets()
    own = [(uri, suite) for uri, suite in found if suite in _SUITES]
    if not own:
        own = [(uri, _same_pocket(suite)) for uri, suite in found if "backports" not in suite]
    if not own:
        raise LabError(
            "apt has no source of Debian packages; the lab's nodes are Debian: "
            f"add a source of {SUITE} to /etc/apt/sources.list.d"
        )
    return [f"deb {uri} {suite} main" for uri, suite in dict.fromkeys(own)]


def _debian_targets() -> list[tuple[str, str]]:
    listing = run(
        *("apt-get", "indextargets", "--format"),
        "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
        "Created-By: Packages",
    )
    lines = [line.split("|") for line in listing.splitlines()]
    return [(row[1], row[2]) for row in lines if row[0] == "Debian" and row[3] == "main"]


def _same_pocket(suite: str) -> str:
    pocket = suite.partition("-")[2]
    return f"{SUITE}-{pocket}" if pocket else SUITE


def bootstrap(
    target: Path,
    include: Sequence[str],
    *,
    variant: str = "minbase",
    files: Path | None = None,
    hooks: Iterable[str] = (),
) -> None:
    """Make a root file system in the new folder `target`.

    The tree `files` is there before the packages of `include`; the hooks are run after them.
    """
    options = [f"--include={','.join(include)}"]
    options += [f"--dpkgopt={line}" for line in _SLIM]
    # Nothing of a half-made root file system is ever used, so nothing has to reach the disk early.
    options += ["--dpkgopt=force-unsafe-io", '--aptopt=Acquire::Languages "none"']
    reaching = [line for line in run("apt-config", "dump").splitlines() if _REACHING.match(line)]
    options += [f"--aptopt={line}" for line in reaching]
    options += [f"--aptopt=Dir::Etc::{name}" for name in _credentials()]
    if files:
        options.append(f'--essential-hook=cp -r --no-preserve=ownership {files}/. "$1"')
    options += [f"--customize-hook={hook}" for hook in hooks]
    options.append(f"--customize-hook={_FORGET}")
    run_contained(
        *("mmdebstrap", "--mode=root", f"--variant={variant}", f"--keyring={_KEYRING}"),
        *("--skip=check/empty", *options, SUITE, str(target), *sources()),
    )


def _credentials() -> list[str]:
    places = {"netrc": Path("/etc/apt/auth.conf"), "netrcparts": Path("/etc/apt/auth.conf.d")}
    return [f'{name} "{place}";' for name, place in places.items() if place.exists()]


def mask(root: Path) -> None:
    """Keep periodic jobs from starting in the root file system."""
    for unit in _MASKED:
        link = root / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
