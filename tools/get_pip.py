# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in for the bootstrap that ansible-test downloads: Python brings a pip of its own."""

from __future__ import annotations

import subprocess
import sys

# Known to the real script only.
UNKNOWN_TO_PIP = {"--no-setuptools", "--no-wheel"}

arguments = [argument for argument in sys.argv[1:] if argument not in UNKNOWN_TO_PIP]
subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True)
subprocess.run([sys.executable, "-m", "pip", "install", *arguments], check=True)
