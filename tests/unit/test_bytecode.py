# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a module's code comes from, when it is run as Ansible runs it: from an archive."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "plugins" / "module_utils" / "bytecode.py"
MODULES = sorted((Path(__file__).parents[2] / "plugins" / "modules").glob("*.py"))
PACKAGE = "ansible_collections/vmrt/libvirt/plugins/module_utils"
RUN = """
import pwd, sys, types
archive, home = sys.argv[1:]
pwd.getpwuid = lambda uid: types.SimpleNamespace(pw_dir=home)
sys.path.insert(0, archive)
from ansible_collections.vmrt.libvirt.plugins.module_utils.bytecode import keep_bytecode
keep_bytecode()
from ansible_collections.vmrt.libvirt.plugins.module_utils.model import answer
print(answer.__file__, answer.VALUE)
"""


class Payload:
    """An archive with a module's code, run by a user with a home of its own."""

    def __init__(self, folder: Path):
        self.archive = folder / "payload.zip"
        self.home = folder / "home"
        self.home.mkdir()
        self.kept = self.home / ".cache" / "vmrt.libvirt"
        self.pack("VALUE = 1")

    def pack(self, answer: str) -> None:
        with zipfile.ZipFile(self.archive, "w") as archive:
            parts = PACKAGE.split("/")
            for depth in range(1, len(parts) + 1):
                archive.writestr("/".join([*parts[:depth], "__init__.py"]), "")
            archive.writestr(f"{PACKAGE}/bytecode.py", SOURCE.read_text())
            archive.writestr(f"{PACKAGE}/model/__init__.py", "")
            archive.writestr(f"{PACKAGE}/model/answer.py", answer)

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """A task of its own."""
        command = [sys.executable, "-c", RUN, str(self.archive), str(self.home)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    def run(self, **environment: str) -> tuple[Path, str]:
        """Where the code came from, and the value in it."""
        done = self.start(**environment)
        path, value = done.communicate()[0].split()
        assert done.returncode == 0
        return Path(path), value


@pytest.fixture
def payload(tmp_path: Path) -> Payload:
    return Payload(tmp_path)


def test_the_bytecode_is_kept_in_a_folder_of_the_user_alone(payload: Payload):
    first, _value = payload.run()
    assert payload.kept in first.parents
    assert list(first.parent.glob("__pycache__/answer.*.pyc"))
    assert payload.kept.stat().st_mode & 0o077 == 0
    assert payload.run() == (first, "1")
    assert len(list(payload.kept.iterdir())) == 1


def test_other_code_has_a_folder_of_its_own(payload: Payload):
    first, _value = payload.run()
    payload.pack("VALUE = 2")
    second, value = payload.run()
    assert value == "2"
    assert second != first
    assert first.exists()


def test_a_folder_into_which_others_can_write_is_not_used(payload: Payload):
    payload.run()
    payload.kept.chmod(0o770)
    path, value = payload.run()
    assert payload.archive in path.parents
    assert value == "1"


def test_a_link_is_not_followed(payload: Payload, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    payload.kept.parent.mkdir()
    payload.kept.symlink_to(elsewhere)
    path, _value = payload.run()
    assert payload.archive in path.parents
    assert not list(elsewhere.iterdir())


def test_it_can_be_turned_off(payload: Payload):
    path, _value = payload.run(PYTHONDONTWRITEBYTECODE="1")
    assert payload.archive in path.parents
    assert not payload.kept.exists()


def test_without_a_home_the_archive_does(payload: Payload):
    payload.home.rmdir()
    payload.home.write_text("no folder")
    path, value = payload.run()
    assert payload.archive in path.parents
    assert value == "1"


def test_a_file_that_lost_its_content_comes_anew(payload: Payload):
    path, _value = payload.run()
    path.write_text("")
    assert payload.run() == (path, "1")
    assert path.read_text() == "VALUE = 1"


def test_what_was_not_used_for_long_goes(payload: Payload):
    old = payload.run()[0]
    folder = next(payload.kept.iterdir())
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(folder, (long_ago, long_ago))
    payload.pack("VALUE = 2")
    new = payload.run()[0]
    assert not old.exists()
    assert new.exists()


def test_what_is_used_stays(payload: Payload):
    path = payload.run()[0]
    folder = next(payload.kept.iterdir())
    long_ago = time.time() - 31 * 24 * 3600
    os.utime(folder, (long_ago, long_ago))
    payload.run()
    payload.pack("VALUE = 2")
    payload.run()
    assert path.exists()


def test_tasks_that_run_side_by_side_share_it(payload: Payload):
    running = [payload.start() for _task in range(6)]
    told = {one.communicate()[0].split()[1] for one in running}
    assert told == {"1"}
    assert all(one.returncode == 0 for one in running)
    assert len(list(payload.kept.iterdir())) == 1


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.stem)
def test_each_module_keeps_it_before_it_imports_anything_else(file: Path):
    prefix = "from ansible_collections.vmrt.libvirt.plugins.module_utils."
    ours = [line for line in file.read_text().splitlines() if line.startswith((prefix, "keep_"))]
    if ours:
        first = [f"{prefix}bytecode import keep_bytecode", "keep_bytecode()"]
        assert ours[:2] == first
