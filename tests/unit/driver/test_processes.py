# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the file system of a node tells of a running vm."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.processes import (
    files,
    processes,
)

NAME = "a-name-of-more-than-20-characters"
SHORT = NAME[:20]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A node on which the vm runs as number 3, with a TPM and a shared folder."""
    own = f"var/lib/libvirt/qemu/domain-3-{SHORT}"
    for place, text in {
        f"run/libvirt/qemu/{NAME}.pid": "170\n",
        f"run/libvirt/qemu/swtpm/3-{SHORT}-swtpm.pid": "180",
        "run/libvirt/qemu/swtpm/33-other-swtpm.pid": "181",
        f"{own}/fs0-fs.pid": "190",
        f"{own}/fs1-fs.pid": "not a number",
        f"{own}/monitor.sock": "",
        f"etc/libvirt/qemu/{NAME}.xml": "",
        "proc/170/cmdline": f"/usr/bin/qemu\0-name\0guest={NAME},debug-threads=on\0",
        "proc/170/stat": "170 (qemu (x) y) S 1 169",
        "proc/170/task/170/comm": "qemu-system-x86\n",
        "proc/170/task/179/comm": "CPU 1/TCG\n",
        "proc/170/task/178/comm": "CPU 0/KVM\n",
        "proc/180/comm": "swtpm\n",
        "proc/181/comm": "swtpm\n",
        "proc/190/comm": "virtiofsd\n",
    }.items():
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def test_a_running_vm_has_processes_and_threads(root: Path):
    assert processes("qemu", NAME, 3, root) == {
        "pid": 170,
        "state": "running",
        "helpers": [{"name": "swtpm", "pid": 180}, {"name": "virtiofsd", "pid": 190}],
        "vcpu_threads": {0: 178, 1: 179},
    }


@pytest.mark.parametrize(("letter", "state"), [("T", "stopped"), ("Z", "ended"), ("D", "running")])
def test_what_a_process_does_is_told(root: Path, letter: str, state: str):
    (root / "proc/170/stat").write_text(f"170 (q) {letter} 1")
    assert processes("qemu", NAME, 3, root)["state"] == state


def test_a_number_of_another_process_is_not_believed(root: Path):
    (root / "proc/170/cmdline").write_text("guest=another\0")
    assert processes("qemu", NAME, 3, root) == {}
    (root / f"run/libvirt/qemu/{NAME}.pid").write_text("1; reboot")
    assert processes("qemu", NAME, 3, root) == {}


def test_paths_are_those_that_are_there(root: Path):
    found = files("qemu", NAME, 3, root)
    assert set(found) == {"definition", "folder", "monitor"}
    assert found["monitor"].endswith(f"domain-3-{SHORT}/monitor.sock")
    assert set(files("qemu", NAME, None, root)) == {"definition"}
