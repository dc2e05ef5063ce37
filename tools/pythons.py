# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the Python interpreters of this machine: `pythons.py [MINIMUM]` prints one to build on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

PROBE = (
    "import os, sys, ensurepip, venv;"
    "print('%d.%d' % sys.version_info[:2], os.path.realpath(sys.executable))"
)


def folders() -> list[str]:
    """The folders of PATH, then those of pyenv's versions, newest first."""
    root = os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    versions = os.path.join(root, "versions")
    names = os.listdir(versions) if os.path.isdir(versions) else []
    names.sort(key=lambda name: [int(part) for part in re.findall(r"\d+", name)], reverse=True)
    return os.environ["PATH"].split(os.pathsep) + [os.path.join(versions, n, "bin") for n in names]


def probe(command: str) -> tuple[str, str] | None:
    """Version ("3.11") and real path of an interpreter that can make environments, or None.

    Asking the interpreter itself is what tells a working one from a version manager's shim.
    """
    done = subprocess.run([command, "-c", PROBE], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    version, path = done.stdout.strip().split(" ", 1)
    return version, path


def interpreters() -> dict[str, str]:
    """Real path of one working interpreter for each version ("3.9" and up) on this machine."""
    found: dict[str, str] = {}
    for folder in folders():
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for name in sorted(names):
            version = re.fullmatch(r"python(3\.(?:9|[1-9]\d))", name)
            if version and version[1] not in found and not _inside_environment(folder):
                answer = probe(os.path.join(folder, name))
                if answer and answer[0] == version[1]:
                    found[version[1]] = answer[1]
    return dict(sorted(found.items(), key=lambda item: number(item[0])))


def number(version: str) -> tuple[int, ...]:
    """A version as numbers that compare: "3.10" is above "3.9"."""
    return tuple(int(part) for part in version.split("."))


def _inside_environment(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, os.pardir, "pyvenv.cfg"))


def choose(minimum: str) -> str | None:
    """Path of `python3` where it is new enough, else of the oldest interpreter that is."""
    current = probe(shutil.which("python3") or sys.executable)
    if current and number(current[0]) >= number(minimum):
        return current[1]
    for version, path in interpreters().items():
        if number(version) >= number(minimum):
            return path
    return None


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else "3.11"
    chosen = choose(wanted)
    if chosen is None:
        sys.exit(f"no Python {wanted} or later with the modules venv and ensurepip on this machine")
    print(chosen)
