# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A home folder for ansible-test: its caches stay in the build folder, and pip works offline."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

STAND_IN = Path(__file__).with_name("get_pip.py")


def prepare(home: Path, python: Path) -> Path:
    """Make `home` fit for the ansible-test of the environment that `python` belongs to."""
    _keep_pip_settings(home, python)
    _provide_get_pip(home, python)
    return home


def _keep_pip_settings(home: Path, python: Path) -> None:
    """ansible-test drops pip's variables, and the new home hides the user's own settings."""
    settings = {"cache-dir": _pip(python, "cache", "dir").strip()}
    for line in _pip(python, "config", "list").splitlines():
        key, value = line.split("=", 1)
        settings[key.rpartition(".")[2]] = str(ast.literal_eval(value)).replace("\n", " ")
    target = home / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{key} = {value}" for key, value in settings.items()]
    target.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")


def _provide_get_pip(home: Path, python: Path) -> None:
    """ansible-test looks for the bootstrap here before it downloads the one it was made with."""
    folder = _run(python, "-c", "import ansible_test; print(ansible_test.__path__[0])").strip()
    source = Path(folder, "_internal", "python_requirements.py").read_text(encoding="utf-8")
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in re.findall(r"\bpip='([\d.]+)'", source):
        shutil.copyfile(STAND_IN, cache / f"get_pip_{version.replace('.', '_')}.py")


def _pip(python: Path, *arguments: str) -> str:
    return _run(python, "-m", "pip", "--disable-pip-version-check", *arguments)


def _run(python: Path, *arguments: str) -> str:
    return subprocess.run([python, *arguments], check=True, capture_output=True, text=True).stdout
