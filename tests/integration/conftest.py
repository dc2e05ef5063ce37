# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""These tests run against a lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # The variable pytest_plugins is refused here when tests of other folders are run as well.
    config.pluginmanager.import_plugin("tests.lab.fixtures")


@pytest.fixture(scope="module")
def nodes(make_lab: Callable[..., Any]) -> Any:
    """A lab of three nodes for the tests of one file."""
    return make_lab(nodes=3)
