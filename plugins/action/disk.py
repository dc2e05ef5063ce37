# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.vmrt.libvirt.plugins.action.image import ActionModule as ImageAction


class ActionModule(ImageAction):
    """Sends the file that ``src`` names to the node, if the node has no such volume yet."""

    _ON_NODE = "give remote_src=true"

    def _travels(self) -> bool:
        args = self._task.args
        return "src" in args and not boolean(args.get("remote_src") or False, strict=False)

    def _of_copy(self, copy: str) -> dict[str, Any]:
        return {**self._task.args, "src": copy, "remote_src": True}
