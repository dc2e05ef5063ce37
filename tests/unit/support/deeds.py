# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A deed done to web1 of a node in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.deed import Deed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise
from tests.unit.support import play


def foresee(made: FakeNode, deed: Deed, **options: Any) -> Plan:
    """What check mode plans, which leaves everything as it is."""
    named = {"name": "web1"} if "name" in deed.schema else {}
    given = normalise(deed.schema, play.as_module(deed.schema, {**named, **options}))
    before = made.picture()
    planned = deed.plan(given, FakeObserver(made))
    assert made.picture() == before
    return planned


def do(made: FakeNode, deed: Deed, **options: Any) -> tuple[Plan, Mapping[str, Any]]:
    """What is done, and found out."""
    planned = foresee(made, deed, **options)
    return planned, {**planned.found, **apply(planned, FakeHost(made))}
