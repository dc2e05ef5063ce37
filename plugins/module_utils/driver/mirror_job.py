# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of QEMU that keep copies of disks as the disks are, until all of them end at one moment.

Unlike a job of backups, they can leave out what a disk rests on.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.block_job import (
    INTERVAL,
    begin_copy,
    disk_of,
    mirror_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.push_job import (
    busy,
    one_at_a_time,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.volume_files import create
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.actions import CopiedDisk
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def copy(domain: Any, disks: Sequence[CopiedDisk], files: Mapping[str, str], quiesce: bool) -> None:
    """Have a machine in memory write what its disks are at one moment to ``files``, by the targets
    of the disks."""
    with one_at_a_time(domain):
        try:
            for one in disks:
                _end_left(domain, one.target, files[one.target])
                _begin(domain, one, files[one.target])
            for one in disks:
                _wait(domain, one.target)
            with _at_rest(domain, quiesce):
                for one in disks:
                    domain.blockJobAbort(one.target, 0)
        finally:
            for one in disks:
                with suppress(libvirt.libvirtError, VmrtError):
                    _end_left(domain, one.target, files[one.target])


def _end_left(domain: Any, target: str, path: str) -> None:
    """End what a run that did not come to its end has begun. Raises VmrtError where it is somebody
    else's."""
    if domain.blockJobInfo(target, 0):
        if mirror_of(domain, target) != path:
            raise busy(domain)
        domain.blockJobAbort(target, 0)


def _begin(domain: Any, one: CopiedDisk, path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
    size = domain.blockInfo(one.target, 0)[0]
    create(path, one.source.format, {}, one.backing, size, "pool")
    begin_copy(domain, one.target, path, one.source.format, shallow=one.backing is not None)


def _wait(domain: Any, target: str) -> None:
    """Wait until a copy is what its disk is."""
    while disk_of(domain, target).find("mirror[@ready='yes']") is None:
        if not domain.blockJobInfo(target, 0):
            raise VmrtError(
                f"QEMU did not copy the disk {target}", option="pool", hint="Is there room in it?"
            )
        time.sleep(INTERVAL)


@contextmanager
def _at_rest(domain: Any, quiesce: bool) -> Iterator[None]:
    """Nobody writes to any disk meanwhile."""
    if quiesce:
        domain.fsFreeze(None, 0)
    try:
        runs = domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
        if runs:
            domain.suspend()
        try:
            yield
        finally:
            if runs:
                domain.resume()
    finally:
        if quiesce:
            with suppress(libvirt.libvirtError):
                domain.fsThaw(None, 0)
