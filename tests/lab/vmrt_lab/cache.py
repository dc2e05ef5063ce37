# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Things that are built once: kept under the user's cache folder by a hash of their recipe."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_BOOTSTRAP = Path(__file__).resolve().with_name("debian.py")
_UNUSED_SECONDS = 7 * 24 * 3600


def root() -> Path:
    """The folder of everything that is cached; it is made if needed."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(base) / "vmrt" / "lab"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def recipe_hash(sources: Iterable[Path], *words: str) -> str:
    """A short hash of the files that make up a recipe, of its words, and of how Debian is made."""
    digest = hashlib.sha256()
    for source in [_BOOTSTRAP, *sources]:
        files = sorted(source.rglob("*")) if source.is_dir() else [source]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(file.name.encode() + b"\0" + file.read_bytes())
    digest.update("\0".join(words).encode())
    return digest.hexdigest()[:12]


def cached(name: str, recipe: str, build: Callable[[Path], None]) -> Path:
    """The folder `<name>-<recipe>`; `build` fills a temporary one that is then renamed.

    A second caller waits for the first. What a crashed build left is removed by the next one.
    """
    folder = root() / f"{name}-{recipe}"
    if folder.is_dir():
        os.utime(folder)
        return folder
    with (root() / f"{name}.lock").open("w") as lock:
        # Shared with what the build starts: it is only free when the last of that has ended.
        os.set_inheritable(lock.fileno(), True)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        for leftover in root().glob(f"{name}.building-*"):
            shutil.rmtree(leftover)
        building = root() / f"{name}.building-{os.getpid()}"
        building.mkdir(mode=0o755)
        print(f"lab: building {folder.name}", file=sys.stderr, flush=True)
        started = time.monotonic()
        try:
            build(building)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        building.rename(folder)
        seconds = time.monotonic() - started
        print(f"lab: built {folder.name} in {seconds:.0f} s", file=sys.stderr, flush=True)
        _remove_unused(name, keep=folder)
    return folder


def _remove_unused(name: str, keep: Path) -> None:
    for folder in root().glob(f"{name}-*"):
        age = time.time() - folder.stat().st_mtime
        if folder != keep and age > _UNUSED_SECONDS and not _is_mounted(folder):
            shutil.rmtree(folder)


def _is_mounted(folder: Path) -> bool:
    # Each node mounts it in a mount namespace of its own.
    for mounts in Path("/proc").glob("[0-9]*/mountinfo"):
        with contextlib.suppress(OSError):
            if f"{folder}/" in mounts.read_text(encoding="utf-8"):
                return True
    return False
