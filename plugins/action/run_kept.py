# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.plugin_utils.kept_action import KeptAction


class ActionModule(KeptAction):
    """What runs each module of the collection that has no action of its own: meta/runtime.yml."""

    _supports_check_mode = True
    _supports_async = True

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        super().run(tmp, task_vars)
        wait = self._task.async_val
        return self._execute_module(task_vars=task_vars, wrap_async=wait)
