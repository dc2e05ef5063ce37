# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action whose module runs from code that is kept on the node."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.vmrt.libvirt.plugins.plugin_utils import code_archive

_COLLECTION = "vmrt.libvirt."
_RUN = f"{_COLLECTION}run_kept"


class KeptAction(ActionBase):
    """Sends a module's options, and the code behind it to a node that does not have it yet."""

    def _execute_module(
        self,
        module_name: str | None = None,
        module_args: dict[str, Any] | None = None,
        *arguments: Any,
        wrap_async: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        name = module_name or self._task.resolved_action or self._task.action
        given = self._task.args if module_args is None else module_args
        options["wrap_async"] = wrap_async
        run = super()._execute_module
        if not name.startswith(_COLLECTION):
            return run(name, given, *arguments, **options)  # type: ignore[no-any-return]
        code = {"code": code_archive.digest()}
        task = {**code, "module": name[len(_COLLECTION) :], "arguments": given}
        # What runs in the background can not be asked for its result.
        first = code if wrap_async else task
        result = run(_RUN, dict(first), *arguments, **{**options, "wrap_async": False})
        if result.get("code_missing"):
            task["archive"] = code_archive.archive()
        elif result.get("failed") or first is task:
            return result  # type: ignore[no-any-return]
        return run(_RUN, task, *arguments, **options)  # type: ignore[no-any-return]
