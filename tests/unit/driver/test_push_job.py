# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of running machines, of which there can be one at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("libvirt")

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver import push_job
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

OURS = "/images/.web2-root.qcow2.part"


class Domain:
    """A running machine with the job of a run that writes to a file."""

    def __init__(self, file: str | None):
        self.file = file

    def UUIDString(self) -> str:
        return "c7a5fdbd-cdaf-9455-926a-d65c16db1809"

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


def test_one_run_at_a_time_has_a_machine_write_its_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_job, "own_folder", lambda _name: str(tmp_path))
    domain = Domain(None)
    with push_job.one_at_a_time(domain):
        with pytest.raises(VmrtError, match="somebody else"), push_job.one_at_a_time(domain):
            pass
        assert [*tmp_path.iterdir()]
    assert not [*tmp_path.iterdir()]
    with push_job.one_at_a_time(domain):
        pass


def test_without_a_place_for_it_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(_name: str) -> str:
        raise PermissionError

    monkeypatch.setattr(push_job, "own_folder", nowhere)
    with push_job.one_at_a_time(Domain(None)), push_job.one_at_a_time(Domain(None)):
        pass
