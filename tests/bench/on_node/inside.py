# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a module that Ansible has left on the node as Ansible would, and tell where its time goes.

inside.py FILE WHAT: the seconds of its parts (WHAT is "parts"), or its functions that take the
longest ("functions"). Its own output is thrown away.
"""

from __future__ import annotations

import contextlib
import cProfile
import importlib
import io
import json
import pstats
import runpy
import sys
import time
import types
from collections.abc import Callable
from typing import Any

from functions import longest

_BEGIN = time.monotonic()


def main(path: str, what: str) -> None:
    parts: dict[str, float] = {}
    profile = cProfile.Profile()

    def run_module(mod_name: str, **_more: Any) -> None:
        run_kept = importlib.import_module(mod_name)
        load = run_kept.kept_code.load

        def loaded(*which: str) -> Any:
            parts["unpack"] = time.monotonic() - _BEGIN
            start = time.monotonic()
            module = load(*which)
            parts["import"] = time.monotonic() - start
            return types.SimpleNamespace(main=lambda: work(module.main))

        run_kept.kept_code.load = loaded
        run_kept.main()

    def work(run: Callable[[], None]) -> None:
        start = time.monotonic()
        try:
            if what == "functions":
                profile.runcall(run)
            else:
                run()
        finally:
            parts["work"] = time.monotonic() - start

    # What a payload starts its module with.
    runpy.run_module = run_module
    sys.argv = [path]
    # A module writes what it has to say to the file that is standard output at that time.
    said = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        runpy.run_path(path, run_name="__main__")
    if what == "functions":
        print("\n".join(longest(pstats.Stats(profile))))
    else:
        print(json.dumps(parts))


main(*sys.argv[1:])
