# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run make targets one after the other up to the first that fails, and sum up at the end."""

from __future__ import annotations

import subprocess
import sys
import time


def main(targets: list[str]) -> int:
    lines, code = [], 0
    for target in targets:
        if code:
            lines.append(f"{target:<12} not run")
            continue
        print(f"\n===== make {target}", flush=True)
        start = time.monotonic()
        code = subprocess.run(["make", "--no-print-directory", target], check=False).returncode
        verdict = "FAILED" if code else "passed"
        lines.append(f"{target:<12} {verdict}  {time.monotonic() - start:5.0f} s")
    print("\n===== summary", *lines, sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
