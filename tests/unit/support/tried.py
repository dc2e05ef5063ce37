# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of one resource on a node in memory: foreseen, done, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import (
    Resource,
    make_plan,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play


class Tried:
    """What a resource does where ``usual`` is given, and what a test gives beside it."""

    def __init__(self, resource: Resource, **usual: Any):
        self._resource = resource
        self._usual = usual

    def foresee(self, made: FakeNode, **options: Any) -> Plan:
        """What check mode plans, which leaves everything as it is."""
        before = made.picture()
        wish = play.wish(self._resource, **{**self._usual, **options})
        planned = make_plan(self._resource, wish, FakeObserver(made))
        assert made.picture() == before
        return planned

    def do(self, made: FakeNode, **options: Any) -> Plan:
        """What is done; a second run has nothing to do."""
        planned = self.foresee(made, **options)
        apply(planned, FakeHost(made))
        assert self.foresee(made, **options).actions == ()
        return planned

    def refusal(self, made: FakeNode, **options: Any) -> VmrtError:
        with pytest.raises(VmrtError) as caught:
            self.foresee(made, **options)
        return caught.value
