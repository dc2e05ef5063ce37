# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a module's code comes from on a node."""

from __future__ import annotations

import base64
import io
import os
import pwd
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils import kept_code

ONE, TWO = "1" * 32, "2" * 32
COLLECTIONS = Path(__file__).parents[2] / "collections"
FIND = f"""
import pwd, sys, types
sys.path.insert(0, {str(COLLECTIONS)!r})
from ansible_collections.vmrt.libvirt.plugins.module_utils import kept_code
archive, home = sys.argv[1:]
pwd.getpwuid = lambda uid: types.SimpleNamespace(pw_dir=home)
print(kept_code.find({ONE!r}, archive))
"""


def archive(answer: str) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("module_utils/model/answer.py", answer)
    return base64.b64encode(packed.getvalue()).decode()


def answer(folder: str | None) -> str:
    assert folder is not None
    return (Path(folder) / "module_utils/model/answer.py").read_text()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: SimpleNamespace(pw_dir=str(home)))
    return home


@pytest.fixture
def kept(home: Path) -> Path:
    return home / ".cache" / "vmrt.libvirt"


def test_code_that_was_not_sent_is_missing(kept: Path):
    assert kept_code.find(ONE, None) is None


def test_it_is_kept_in_a_folder_of_the_user_alone(kept: Path):
    folder = kept_code.find(ONE, archive("1"))
    assert folder == str(kept / ONE)
    assert answer(folder) == "1"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept_code.find(ONE, None) == folder
    assert len(list(kept.iterdir())) == 1


def test_other_code_has_a_folder_of_its_own(kept: Path):
    first = kept_code.find(ONE, archive("1"))
    assert answer(kept_code.find(TWO, archive("2"))) == "2"
    assert answer(first) == "1"


@pytest.mark.parametrize("digest", ["", "../" + "1" * 29, "1" * 31, "A" * 32])
def test_a_digest_is_no_path(kept: Path, digest: str):
    with pytest.raises(ValueError, match=f"^{re.escape(digest)}$"):
        kept_code.find(digest, archive("1"))


def test_a_folder_into_which_others_can_write_is_not_used(kept: Path):
    kept_code.find(ONE, archive("1"))
    kept.chmod(0o770)
    assert kept_code.find(ONE, None) is None
    folder = kept_code.find(ONE, archive("2"))
    assert answer(folder) == "2"
    assert kept not in Path(str(folder)).parents


def test_a_link_is_not_followed(kept: Path, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    kept.parent.mkdir()
    kept.symlink_to(elsewhere)
    assert answer(kept_code.find(ONE, archive("1"))) == "1"
    assert not list(elsewhere.iterdir())


def test_without_a_home_it_is_there_for_this_task(home: Path):
    home.rmdir()
    home.write_text("no folder")
    command = [sys.executable, "-c", FIND, archive("1"), str(home)]
    folder = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    assert os.path.isabs(folder)
    assert not os.path.exists(folder), "it is removed at the end"
    assert kept_code.find(ONE, None) is None


def test_a_file_that_lost_its_content_comes_anew(kept: Path):
    folder = Path(str(kept_code.find(ONE, archive("1"))))
    (folder / "module_utils/model/answer.py").write_text("")
    assert kept_code.find(ONE, None) is None
    assert answer(kept_code.find(ONE, archive("1"))) == "1"


def test_what_was_not_used_for_long_goes_and_what_is_used_stays(kept: Path):
    for digest in (ONE, TWO):
        folder = str(kept_code.find(digest, archive("1")))
        long_ago = time.time() - 31 * 24 * 3600
        os.utime(folder, (long_ago, long_ago))
    kept_code.find(TWO, None)
    kept_code.find("3" * 32, archive("3"))
    assert {path.name for path in kept.iterdir()} == {TWO, "3" * 32}


def test_tasks_that_run_side_by_side_share_it(home: Path, kept: Path):
    command = [sys.executable, "-c", FIND, archive("1"), str(home)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _task in range(6)]
    told = {one.communicate()[0].strip() for one in running}
    assert told == {str(kept / ONE)}
    assert all(one.returncode == 0 for one in running)
    assert len(list(kept.iterdir())) == 1
