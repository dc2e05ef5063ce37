# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleFileNotFound
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import called, vet
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.watched import WatchedAction


class ActionModule(WatchedAction):
    """Sends the file that ``src`` names to the node, if the node has no such image yet, and tells
    how far a long run is."""

    # What is said instead of a file of the controller.
    _ON_NODE = "give path"

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        travels = self._travels()
        self._supports_async = not travels
        super().run(tmp, task_vars)
        if not travels and not self._tells():
            wait = self._task.async_val
            return self._execute_module(task_vars=task_vars, wrap_async=wait)
        planned = self._plan(task_vars)
        if planned.get("failed") or not self._fetches(planned):
            # Without a fetch no file is needed; what else there is to do is done by the module.
            done = planned.get("failed") or self._task.check_mode or not planned.get("changed")
            return planned if done else self._execute_module(task_vars=task_vars)
        if not travels:
            return self._watched(dict(self._task.args), task_vars)
        source = self._source()
        return planned if self._task.check_mode else self._send(source, planned, task_vars)

    def _travels(self) -> bool:
        """Is there a file that the controller may have to send?"""
        return "src" in self._task.args

    def _tells(self) -> bool:
        wanted = boolean(self._task.args.get("progress", False), strict=False)
        return wanted and not (self._task.check_mode or self._task.async_val)

    def _plan(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """What the module would do, told by itself."""
        asked, args = self._task.check_mode, dict(self._task.args)
        if not asked:
            # In a real run nothing is foreseen: what is not there is made.
            args.pop("foreseen", None)
        self._task.check_mode = True
        try:
            return self._execute_module(module_args=args, task_vars=task_vars)
        finally:
            self._task.check_mode = asked

    @staticmethod
    def _fetches(planned: dict[str, Any]) -> bool:
        return any(step["action"] == "fetch_image" for step in planned.get("actions", ()))

    def _source(self) -> str:
        """The file on the controller, which is looked at before it travels."""
        args = self._task.args
        try:
            path = self._find_needle("files", args["src"])
        except AnsibleFileNotFound as error:
            raise AnsibleActionFail(
                f"src: there is no file {args['src']!r} on the controller. For a file of the node "
                f"{self._ON_NODE}."
            ) from error
        try:
            with called("src"):
                vet(
                    path,
                    args.get("checksum"),
                    args.get("format"),
                    with_qemu=shutil.which("qemu-img") is not None,
                )
        except VmrtError as error:
            raise AnsibleActionFail(str(error)) from error
        return path

    def _of_copy(self, copy: str) -> dict[str, Any]:
        """The options of the module, which finds the file on its node."""
        args = {name: value for name, value in self._task.args.items() if name != "src"}
        return {**args, "path": copy}

    def _send(
        self, source: str, planned: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        shell = self._connection._shell
        if shell.tmpdir is None:
            self._make_tmp_path()
        # A checksum file lists the image by this name.
        copy = shell.join_path(shell.tmpdir, os.path.basename(source))
        if self._tells():
            self._send_told(source, copy, os.path.basename(source))
        else:
            self._transfer_file(source, copy)
        self._fixup_perms2((shell.tmpdir, copy))
        args = self._of_copy(copy)
        if self._tells():
            result = self._watched(args, task_vars)
        else:
            result = self._execute_module(module_args=args, task_vars=task_vars)
        if result.get("failed"):
            # The user knows the file by its name on the controller.
            message = str(result.get("msg", "")).replace(copy, source)
            return {**result, "msg": message.replace("path:", "src:")}
        return {**result, "actions": planned["actions"], "diff": planned["diff"]}
