# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract, for the node in memory and for libvirt's own test driver."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_host import LibvirtHost
from tests.unit.contract.suite import MAC, DefinitionContract, Kit, RunningContract


class TestFake(RunningContract):
    @pytest.fixture
    def made(self) -> Kit:
        return Kit(FakeHost(FakeNode(leases={MAC: "192.168.91.120"})))


class TestLibvirtTestDriver(DefinitionContract):
    """It knows definitions and power, and nothing of the devices of a running machine."""

    @pytest.fixture
    def made(self) -> Iterator[Kit]:
        with closing(LibvirtHost("test:///default", None)) as host:  # type: ignore[arg-type]
            yield Kit(host, type="test", os="<type arch='i686'>hvm</type>")
