# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what each task returned on each host, a line of JSON each."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: record
type: notification
short_description: Results of tasks as lines of JSON
description: Writes to the file that the environment variable names.
options: {}
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, outcome: str, told: Any) -> None:
        result = told._result
        items = result.get("results") if "results" in result else [result]
        with open(os.environ["VMRT_RECORD"], "a", encoding="utf-8") as file:
            for item in items:
                entry = {
                    "host": told._host.get_name(),
                    "task": told._task.get_name(),
                    "outcome": outcome,
                    "result": item,
                }
                file.write(json.dumps(entry, default=repr) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)
