# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes and files of a running vm, as the node's own file system shows them.

libvirt tells neither of them. It knows no threads of virtual CPUs where they are emulated, and
asking QEMU itself would mark the vm as tainted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# How much of a name libvirt takes into the names of a vm's own files.
_SHORT = 20
_VCPU = re.compile(r"CPU (\d+)/")
_STATES = {"T": "stopped", "t": "stopped", "Z": "ended", "X": "ended"}
_PID = re.compile(r"[0-9]{1,9}")


def processes(driver: str, name: str, number: int, root: Path = Path("/")) -> dict[str, Any]:
    """The values of the schema PROCESSES: of a vm with a number, which its process has to be."""
    run = root / "run/libvirt" / driver
    pid = _pid(run / f"{name}.pid")
    if pid is None or not _is_of(pid, name, driver, root):
        return {}
    helpers = [
        {"name": _word(root / f"proc/{one}/comm"), "pid": one}
        for one in sorted(set(_helpers(run, folder(driver, name, number, root), name, number)))
        if (root / f"proc/{one}").is_dir()
    ]
    stat = _word(root / f"proc/{pid}/stat").rpartition(")")[2].split()
    return {
        "pid": pid,
        "state": _STATES.get(stat[0] if stat else "X", "running"),
        "helpers": helpers,
        "vcpu_threads": dict(sorted(_vcpu_threads(root / f"proc/{pid}/task"))),
    }


def folder(driver: str, name: str, number: int, root: Path = Path("/")) -> Path:
    """Where libvirt keeps what a running vm has for itself."""
    return root / "var/lib/libvirt" / driver / f"domain-{number}-{name[:_SHORT]}"


def files(driver: str, name: str, number: int | None, root: Path = Path("/")) -> dict[str, str]:
    """Paths of a vm that are there."""
    found = {
        "log": root / f"var/log/libvirt/{driver}/{name}.log",
        "saved_memory": root / f"var/lib/libvirt/{driver}/save/{name}.save",
        "definition": root / f"etc/libvirt/{driver}/{name}.xml",
    }
    if number is not None:
        own = folder(driver, name, number, root)
        found.update(folder=own, monitor=own / "monitor.sock")
    return {what: str(path) for what, path in found.items() if path.exists()}


def _helpers(run: Path, own: Path, name: str, number: int) -> Iterator[int]:
    short = f"{number}-{name[:_SHORT]}-"
    # A folder that others may write to can hold anything; a number is all that is taken from it.
    for path in [*own.glob("*.pid"), *run.glob("*/*.pid")]:
        pid = _pid(path) if path.parent == own or path.name.startswith(short) else None
        if pid is not None:
            yield pid


def _vcpu_threads(tasks: Path) -> Iterator[tuple[int, int]]:
    for task in tasks.glob("*"):
        found = _VCPU.match(_word(task / "comm"))
        if found:
            yield int(found[1]), int(task.name)


def _is_of(pid: int, name: str, driver: str, root: Path) -> bool:
    """A number may belong to another process by now."""
    try:
        words = (root / f"proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return False
    return driver != "qemu" or any(
        word == f"guest={name}" or word.startswith(f"guest={name},") for word in words
    )


def _pid(path: Path) -> int | None:
    text = _word(path)
    return int(text) if _PID.fullmatch(text) else None


def _word(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
