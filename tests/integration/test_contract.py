# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of the drivers, for the libvirt and the QEMU of a real node."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.libvirt_host import LibvirtHost
from tests.unit.contract.suite import VM, Kit, RunningContract

_IMAGE = "/srv/contract-image.qcow2"
_SECONDS = 90


@pytest.fixture(scope="module")
def uri(lab: Any, node: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The node's libvirt, as it is reached from outside of the lab's namespaces."""
    definition = lab.definition
    ssh = definition.inside("ssh", "-i", str(definition.key), *definition.ssh_options())
    script = tmp_path_factory.mktemp("contract") / "ssh"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(ssh)} "$@"\n', encoding="utf-8")
    script.chmod(0o700)
    query = urlencode({"command": str(script), "no_tty": 1})
    return f"qemu+ssh://root@{node.address}/system?{query}"


@pytest.fixture(scope="module")
def connected(uri: str) -> Iterator[LibvirtHost]:
    with closing(LibvirtHost(uri, None)) as made:  # type: ignore[arg-type]
        yield made


class TestNode(RunningContract):
    @pytest.fixture
    def made(self, node: Any, connected: LibvirtHost, tiny_image: Path) -> Kit:
        node.copy_to(tiny_image, _IMAGE)
        return Kit(connected, image=_IMAGE)

    def wait_for_guest(self, kit: Kit) -> None:
        end = time.monotonic() + _SECONDS
        while not kit.host.addresses(VM, ["lease"]):
            assert time.monotonic() < end, "the guest did not ask for an address"
            time.sleep(0.5)
