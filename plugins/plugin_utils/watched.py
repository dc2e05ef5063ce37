# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that tells how far it is: what runs on its node, and what is sent there."""

from __future__ import annotations

import os
import tempfile
import time
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.progress import arrived
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.kept_action import KeptAction

# Seconds: the longest run, and how often it is asked how far it is.
_LONGEST = 86400
INTERVAL = 2
# Bytes that are sent at a time: at first so many, and more where that takes no time.
_PIECE, _LARGEST = 4 * 2**20, 64 * 2**20
# What the result of a job has besides that of the module.
_OF_JOBS = ("ansible_job_id", "finished", "results_file", "started")


class WatchedAction(KeptAction):
    """An action whose module writes one line into the file that ``progress_file`` names."""

    def _watched(self, args: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Run the module in the background of the node, and show how far it is."""
        shell = self._connection._shell
        if shell.tmpdir is None:
            self._make_tmp_path()
        path = shell.join_path(shell.tmpdir, "progress")
        self._task.async_val = _LONGEST
        try:
            job = self._execute_module(
                module_args={**args, "progress_file": path}, task_vars=task_vars, wrap_async=True
            )
        finally:
            self._task.async_val = 0
        if "ansible_job_id" not in job:
            return job
        told = ""
        while True:
            time.sleep(INTERVAL)
            line = self._low_level_execute_command(f"cat {shell.quote(path)}", sudoable=True)
            text = printable(line.get("stdout", "")) if line.get("rc") == 0 else ""
            if text and text != told:
                self._display.display(text)
                told = text
            result = self._job(job["ansible_job_id"], "status", task_vars)
            if result.get("finished") or result.get("unreachable") or "outcome" in result:
                break
        self._job(job["ansible_job_id"], "cleanup", task_vars)
        return {name: value for name, value in result.items() if name not in _OF_JOBS}

    def _send_told(self, source: str, copy: str, name: str) -> None:
        """Send a file in pieces, and tell in between how much of it is there."""
        shell = self._connection._shell
        part, size, piece = f"{copy}.part", os.path.getsize(source), _PIECE
        append = f"cat {shell.quote(part)} >> {shell.quote(copy)} && rm {shell.quote(part)}"
        done, told = 0, time.monotonic()
        with (
            open(source, "rb") as file,
            tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP) as here,
        ):
            while content := file.read(piece):
                begun = time.monotonic()
                here.seek(0)
                here.truncate()
                here.write(content)
                here.flush()
                self._transfer_file(here.name, part)
                added = self._low_level_execute_command(append, sudoable=False)
                if added.get("rc") != 0:
                    raise AnsibleActionFail(f"src: {name} can't be sent: {added.get('stderr')}")
                done += len(content)
                if time.monotonic() - begun < INTERVAL:
                    piece = min(2 * piece, _LARGEST)
                if time.monotonic() - told >= INTERVAL:
                    self._display.display(f"{name}: {arrived(done, size)} sent")
                    told = time.monotonic()

    def _job(self, number: str, mode: str, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        folder = self.get_shell_option("async_dir", default="~/.ansible_async")
        args = {"jid": number, "mode": mode, "_async_dir": folder}
        module = "ansible.legacy.async_status"
        found: dict[str, Any] = self._execute_module(
            module_name=module, module_args=args, task_vars=task_vars
        )
        return found


def printable(text: str) -> str:
    """The first line of what a node says, without what a terminal would obey."""
    return "".join(char for char in text.strip().partition("\n")[0] if char.isprintable())
