# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of QEMU that write what the disks of a machine in memory are at one moment to new files; the
guest goes on, and its own files are not touched."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import (
    libvirt,
    supported,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.kept_checkpoints import job_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.own_folder import own_folder
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# How often a job is asked how far it is, in seconds.
_INTERVAL = 0.1
# What keeps runs apart, with a file for each machine while it writes.
_FOLDER = ".local/state/vmrt.libvirt/jobs"


@contextmanager
def one_at_a_time(domain: Any) -> Iterator[None]:
    """Be the only run that has a machine write its disks: libvirt tells how the last job ended, and
    not whose it was. Raises VmrtError where another run is at it."""
    with ExitStack() as held:
        # Without a place for it, libvirt's own refusals have to do.
        with suppress(OSError):
            path = os.path.join(own_folder(_FOLDER), domain.UUIDString())
            try:
                held.enter_context(part_file(path))
            except VmrtError as error:
                raise busy(domain) from error
        yield


def end_left(domain: Any, *ours: str) -> None:
    """End what a run that did not come to its end has begun, and nobody waits for; ``ours`` is how
    the paths of its files begin. Raises VmrtError where it is somebody else's."""
    told = job_of(domain)
    if told is None:
        return
    paths = [one.get("file") or "" for one in tree.parse(told).iterfind("disks/disk/target")]
    if not any(path.startswith(ours) for path in paths):
        raise busy(domain)
    end_job(domain)


def busy(domain: Any) -> VmrtError:
    """The refusal to disturb the job of somebody else."""
    return VmrtError(
        f"somebody else copies the disks of '{domain.name()}'",
        option="vm",
        hint="Wait for it, and run again.",
    )


def end_job(domain: Any) -> None:
    """End a job, and wait until it has ended."""
    domain.abortJob()
    while domain.jobInfo()[0] != libvirt.VIR_DOMAIN_JOB_NONE:
        time.sleep(_INTERVAL)


def give_up(domain: Any, *ours: str) -> None:
    """End the job of a run that failed, where there is still one; that of another run goes on."""
    with suppress(libvirt.libvirtError, VmrtError):
        if domain.isActive():
            end_left(domain, *ours)


def begin(domain: Any, xml: str, checkpoint: str | None, quiesce: bool) -> None:
    """From here on the job holds what the disks are at this moment."""
    if quiesce:
        domain.fsFreeze(None, 0)
    try:
        domain.backupBegin(xml, checkpoint, 0)
    finally:
        if quiesce:
            with suppress(libvirt.libvirtError):
                domain.fsThaw(None, 0)


def wait(domain: Any, option: str) -> None:
    """Wait until all is written; ``option`` says where."""
    while domain.isActive() and domain.jobInfo()[0] != libvirt.VIR_DOMAIN_JOB_NONE:
        time.sleep(_INTERVAL)
    told = supported(domain.jobStats, libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED) or {}
    if not domain.isActive():
        raise VmrtError(
            f"'{domain.name()}' went off before its disks were written",
            hint="Look at why, and run again.",
        )
    if told.get("type") != libvirt.VIR_DOMAIN_JOB_COMPLETED:
        why = told.get(libvirt.VIR_DOMAIN_JOB_ERRMSG) or "it was given up"
        raise VmrtError(
            f"libvirt did not write the disks, and says: {why}",
            option=option,
            hint="Is there room in it?",
        )
