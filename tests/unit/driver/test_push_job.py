# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of running machines, of which there can be one at a time."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("libvirt")

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import push_job

OURS = "/images/.web2-root.qcow2.part"


class Domain:
    """A running machine with the job of a run that writes to a file."""

    def __init__(self, file: str | None):
        self.file = file

    def name(self) -> str:
        return "web1"

    def isActive(self) -> bool:
        return True

    def backupGetXMLDesc(self, _flags: int) -> str:
        return (
            f"<domainbackup mode='push'><disks><disk name='vda' type='file'>"
            f"<target file='{self.file}'/></disk></disks></domainbackup>"
        )

    def jobInfo(self) -> list[int]:
        return [1 if self.file else 0]

    def abortJob(self) -> None:
        self.file = None


@pytest.mark.parametrize(
    ("file", "left"), [(OURS, None), ("/images/.web3-root.qcow2.part",) * 2], ids=["ours", "others"]
)
def test_a_run_that_fails_ends_its_own_job_alone(
    file: str, left: str | None, monkeypatch: Any
) -> None:
    monkeypatch.setattr(push_job, "job_of", lambda domain: domain.backupGetXMLDesc(0))
    domain = Domain(file)
    push_job.give_up(domain, OURS)
    assert domain.file == left
