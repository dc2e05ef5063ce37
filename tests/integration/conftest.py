# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""These tests run against a lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# What takes minutes, the longest first. Any order works; this one ends soonest.
_LONG = (
    *("test_nodes", "test_fleet", "test_vm_guest", "test_migrate", "test_faults", "test_clone"),
    *("test_placement", "test_vm", "test_vm_each_option", "test_disk_copies", "test_image"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order = {name: place for place, name in enumerate(_LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_configure(config: pytest.Config) -> None:
    # The variable pytest_plugins is refused here when tests of other folders are run as well.
    config.pluginmanager.import_plugin("tests.lab.fixtures")


@pytest.fixture(scope="module")
def nodes(make_lab: Callable[..., Any]) -> Any:
    """A lab of three nodes for the tests of one file."""
    return make_lab(nodes=3)
