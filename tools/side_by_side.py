# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run all nox sessions of a name, as many at once as there are processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed


def main(name: str) -> int:
    listed = subprocess.run(
        ["nox", "--list", "--json", "--session", name], check=True, capture_output=True, text=True
    )
    sessions = [one["session"] for one in json.loads(listed.stdout)]
    code = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for ended in as_completed(pool.submit(run, session) for session in sessions):
            # What one says stays together.
            print(ended.result().stdout, flush=True)
            code = code or ended.result().returncode
    return code


def run(session: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["nox", "--session", session],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
