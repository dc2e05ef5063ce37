# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests that a page names are there."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "integration"


def test_each_fault_has_its_test():
    named = re.findall(r"`(\w+\.py)::(\w+)`", (FOLDER / "README.md").read_text())
    assert named
    for file, test in named:
        assert f"\ndef {test}(" in (FOLDER / file).read_text(), f"{file}::{test}"
