# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.vmrt.libvirt.plugins.filter.foreseen import foreseen
from ansible_collections.vmrt.libvirt.plugins.plugin_utils.watched import WatchedAction

# What travels to the node at a time, in bytes of JSON: some ten thousand small vms.
PAYLOAD = 4 * 1024 * 1024
SHARED = ("secrets", "pools", "networks", "images", "disks")


class ActionModule(WatchedAction):
    """Sends a fleet to its node, a large one in several parts, or returns what became of one vm."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        args = dict(self._task.args)
        parts = list(chunks(args.get("vms"), PAYLOAD))
        told = args.pop("told", None)
        progress = boolean(args.pop("progress", False), strict=False)
        self._supports_async = told is None and len(parts) == 1
        super().run(tmp, task_vars)
        if told is not None:
            return outcome(told)
        if progress and len(parts) == 1 and not (self._task.check_mode or self._task.async_val):
            return self._watched(args, task_vars)
        if len(parts) == 1:
            wait = self._task.async_val
            return self._execute_module(task_vars=task_vars, wrap_async=wait)
        results: list[dict[str, Any]] = []
        for number, part in enumerate(parts):
            wish = {**args, "vms": part} if number == 0 else later(args, part)
            result = self._execute_module(module_args=wish, task_vars=task_vars)
            results.append(result)
            self._display.display(f"{sum(map(len, parts[: number + 1]))} of {len(args['vms'])} vms")
            if "outcome" not in result:
                # Nothing was done of it, and nothing can be done of the rest.
                break
        return merged(results)


def chunks(vms: Any, limit: int) -> Iterator[Any]:
    """Lists of vms that are not larger than a limit, in bytes; at least one, and in their order."""
    if not isinstance(vms, list):
        yield vms
        return
    part: list[Any] = []
    size = 0
    for vm in vms:
        more = len(json.dumps(vm, default=str))
        if part and size + more > limit:
            yield part
            part, size = [], 0
        part.append(vm)
        size += more
    yield part


def later(args: Mapping[str, Any], vms: list[Any]) -> dict[str, Any]:
    """A further part: what the vms share was made with the first one, or would have been."""
    rest = {name: value for name, value in args.items() if name not in SHARED}
    known = dict(args.get("foreseen") or {})
    # Where no state is given, the first part leaves what it makes as it is.
    shared = {
        name: [{"state": "present", **one} for one in args.get(name) or ()] for name in SHARED
    }
    new = foreseen(shared)
    return {
        **rest,
        "vms": vms,
        "foreseen": {
            **known,
            **{kind: [*(known.get(kind) or ()), *new[kind]] for kind in new},
        },
    }


def merged(results: list[dict[str, Any]]) -> dict[str, Any]:
    """The result of several parts as that of one."""
    told = [result for result in results if "outcome" in result]
    troubles = [str(result.get("msg", "")) for result in results if result.get("failed")]
    if not told:
        return results[0]
    total: dict[str, Any] = {
        **told[0],
        "changed": any(result.get("changed") for result in results),
        "failed": bool(troubles),
        "outcome": {name: one for result in told for name, one in result["outcome"].items()},
        "summary": {word: total_of(told, word) for word in told[0]["summary"]},
        "diff": [part for result in told for part in result["diff"]],
    }
    if troubles:
        total["msg"] = " ".join(troubles)
    if len(told) < len(results):
        total["unreachable"] = bool(results[-1].get("unreachable"))
    return total


def total_of(results: list[dict[str, Any]], word: str) -> Any:
    """Lists of names are joined, and numbers added."""
    first, *rest = [result["summary"][word] for result in results]
    for more in rest:
        first = first + more
    return first


def outcome(told: Any) -> dict[str, Any]:
    """What became of one vm, as the result of a task for it alone."""
    if not isinstance(told, Mapping) or not told:
        return {"failed": True, "msg": "told: nothing is told of this vm."}
    return {"changed": False, "actions": [], "restart_required": [], **told}
