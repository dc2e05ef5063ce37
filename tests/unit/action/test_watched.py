# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that tells how far it is."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.vmrt.libvirt.plugins.plugin_utils import watched


class Watched(watched.WatchedAction):
    """A task whose node answers from lists."""

    def __init__(self, lines: list[str], answers: list[dict[str, Any]]):
        shell = SimpleNamespace(tmpdir="/tmp/a", join_path=lambda *parts: "/".join(parts))
        shell.quote = str
        self._connection = SimpleNamespace(_shell=shell)
        self._task = SimpleNamespace(async_val=0)
        self.shown: list[str] = []
        self._display = SimpleNamespace(display=self.shown.append)
        self.lines, self.answers, self.asked = lines, answers, []

    def run(self, *_arguments: Any, **_options: Any) -> dict[str, Any]:
        return self._watched({"vms": []}, {})

    def get_shell_option(self, option: str, default: Any = None) -> Any:
        return default

    def _low_level_execute_command(self, *_command: Any, **_options: Any) -> dict[str, Any]:
        line = self.lines.pop(0)
        return {"rc": 0 if line else 1, "stdout": line or "cat: no such file"}

    def _execute_module(self, **options: Any) -> dict[str, Any]:
        self.asked.append(options)
        return self.answers.pop(0)


def test_progress_is_told_while_the_node_works(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(watched.time, "sleep", lambda seconds: None)
    told_at_last = {"changed": True, "outcome": {"a": {}}, "finished": 1, "ansible_job_id": "j1"}
    task = Watched(
        ["", "vms: 1 of 2", "vms: 1 of 2", "vms: 2 of 2\x1b[2J\nmore"],
        [{"ansible_job_id": "j1"}, *[{"finished": 0}] * 3, told_at_last, {"erased": "j1"}],
    )
    result = task.run()
    assert result == {"changed": True, "outcome": {"a": {}}}
    assert task.shown == ["vms: 1 of 2", "vms: 2 of 2[2J"]
    assert task.asked[0]["module_args"]["progress_file"] == "/tmp/a/progress"
    assert task.asked[-1]["module_args"]["mode"] == "cleanup"
    assert task._task.async_val == 0


def test_a_job_that_does_not_begin_is_the_result():
    lost = {"unreachable": True, "msg": "No route to host."}
    assert Watched([], [lost])._watched({}, {}) == lost


class Sent(Watched):
    """A task whose node is a folder, with a clock that only goes on when something is sent."""

    def __init__(self, seconds: float):
        super().__init__([], [])
        self._connection._shell.quote = shlex.quote
        self.seconds, self.now, self.pieces = seconds, 0.0, []

    def _transfer_file(self, local_path: str, remote_path: str) -> None:
        content = Path(local_path).read_bytes()
        Path(remote_path).write_bytes(content)
        self.pieces.append(len(content))
        self.now += self.seconds

    def _low_level_execute_command(self, command: str, **_options: Any) -> dict[str, Any]:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
        return {"rc": done.returncode, "stderr": done.stderr}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watched, "_PIECE", 2**20)
    monkeypatch.setattr(watched, "_LARGEST", 4 * 2**20)
    monkeypatch.setattr(watched.constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    path = tmp_path / "source"
    path.write_bytes(bytes(range(256)) * 4096 * 13 + b"end")
    return path


@pytest.mark.parametrize(
    ("seconds", "pieces", "lines"),
    [(0.1, [1, 2, 4, 4, 2], []), (3, [1] * 13 + [0], 14), (1, [1, 2, 4, 4, 2], [3, 11])],
)
def test_a_file_is_sent_in_pieces_and_told_at_most_every_two_seconds(
    source: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, pieces: list[int], lines: Any
):
    task = Sent(seconds)
    monkeypatch.setattr(watched.time, "monotonic", lambda: task.now)
    copy = source.with_name("a copy")
    task._send_told(str(source), str(copy), "base.qcow2")
    assert copy.read_bytes() == source.read_bytes()
    assert [size // 2**20 for size in task.pieces] == pieces
    assert sorted(path.name for path in source.parent.iterdir()) == ["a copy", "source"]
    if isinstance(lines, int):
        assert len(task.shown) == lines
        assert task.shown[0] == "base.qcow2: 1 of 14 MiB (7 %) sent"
        assert task.shown[-1] == "base.qcow2: 13 of 14 MiB (100 %) sent"
    else:
        assert task.shown == [
            f"base.qcow2: {size} of 14 MiB ({100 * size // 13} %) sent" for size in lines
        ]


def test_a_full_node_is_told(source: Path):
    task = Sent(0)
    with pytest.raises(
        AnsibleActionFail, match=r"src: base\.qcow2 can't be sent: .*Is a directory"
    ):
        task._send_told(str(source), str(source.parent), "base.qcow2")
