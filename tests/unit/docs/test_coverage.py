# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests that a page names are there."""

from __future__ import annotations

import re

from tools.documentation.modules import ROOT

PAGE = ROOT / "docs" / "coverage.md"


def test_each_row_names_a_test():
    rows = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [A-Z]{2}-", line)
    ]
    assert len(rows) == 66
    for row in rows:
        (path, name) = re.findall(r"`(tests/[a-z0-9_/]+\.py)::(test_\w+)` \|$", row)[0]
        assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.M), row
