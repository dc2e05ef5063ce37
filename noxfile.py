# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks that run once for each ansible-core or Python; the Makefile runs all the others."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tools"))

import ansible_test_home  # noqa: E402
import pythons  # noqa: E402

FOUND = pythons.interpreters()

CORES = {
    "2.16": "ansible-core==2.16.*",
    "2.19": "ansible-core==2.19.*",
    "newest": "ansible-core>=2.20",
}
# The Pythons that each one's controller runs on, the best one first.
PYTHONS = {
    "2.16": ["3.10", "3.11", "3.12"],
    "2.19": ["3.11", "3.12", "3.13"],
    "newest": ["3.14", "3.13", "3.12"],
}
# The unit tests of what imports ansible; all else is the same with each of them.
OF_ANSIBLE = ["action", "connection", "docs/test_ansible_doc.py", "filter", "inventory", "module"]
TARGET_PYTHONS = ["3.9"]  # below what any of these cores runs on, but still a target

nox.needs_version = ">=2024.10"
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # a session without its Python says so, by name

# A version manager's shims stand in PATH without working: what works goes before them.
os.environ["PATH"] = os.pathsep.join(
    [*dict.fromkeys(str(Path(path).parent) for path in FOUND.values()), os.environ["PATH"]]
)


def each_core():
    """One session for each ansible-core, under the best Python that this machine has for it."""
    return nox.parametrize(
        "python, core",
        [
            nox.param(next((p for p in fitting if p in FOUND), fitting[-1]), core, id=core)
            for core, fitting in PYTHONS.items()
        ],
    )


def runnable() -> list[str]:
    """Each ansible-core, the newest last: a machine may have no Python for the newest of all."""
    return [core for core, fitting in PYTHONS.items() if FOUND.keys() & {*fitting}]


def run_pytest(session: nox.Session, *tests: str) -> None:
    session.run("pytest", "--hypothesis-profile=ci", "-n", "auto", *(session.posargs or tests))


@nox.session
@each_core()
def units(session: nox.Session, core: str) -> None:
    """Unit tests with one ansible-core; with an older one, of what it has a part in."""
    session.install(CORES[core], "-r", "requirements.txt", "-r", "requirements/unit.txt")
    parts = [""] if core == runnable()[-1] else OF_ANSIBLE
    run_pytest(session, *(f"tests/unit/{part}" for part in parts))


@nox.session(python=TARGET_PYTHONS)
def targets(session: nox.Session) -> None:
    """Unit tests of what runs on a target, on Pythons that no controller runs on."""
    session.install("-r", "requirements.txt", "-r", "requirements/unit.txt")
    # Only ansible.module_utils is used, as on a target, and that part runs on this Python.
    session.install("--no-deps", "--ignore-requires-python", CORES["newest"])
    of_controllers = ("action", "bench", "connection", "docs", "filter", "inventory")
    run_pytest(session, "tests/unit", *(f"--ignore=tests/unit/{name}" for name in of_controllers))


@nox.session
@each_core()
def sanity(session: nox.Session, core: str) -> None:
    """Every sanity test of one ansible-core that runs without containers.

    What pylint finds is the same with each of them, and what can be imported is what the unit
    tests of each import. They take the longest, so the newest one does.
    """
    session.install(CORES[core])
    work = ROOT / "build" / "sanity" / core
    home = ansible_test_home.prepare(work / "home", Path(session.bin) / "python")
    stage = session.run("tools/stage", str(work), external=True, silent=True).strip()
    session.chdir(stage)
    slow = ("pylint", "import")
    skip = [] if core == runnable()[-1] else [word for one in slow for word in ("--skip-test", one)]
    session.run(
        "ansible-test", "sanity", "--requirements", "--color", "no", *skip, *session.posargs,
        env={"HOME": str(home)},
    )  # fmt: skip
