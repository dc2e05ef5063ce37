# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab as pytest fixtures: `lab`, `node`, `tiny_image`, `debian_image`, and `make_lab`.

Labs are removed at the end of the file that they are for; with VMRT_LAB_KEEP=1 they stay, to be
looked at.
"""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from vmrt_lab import images
from vmrt_lab.lab import Lab
from vmrt_lab.node import Node
from vmrt_lab.packages import install_missing

Completed = subprocess.CompletedProcess[str]
_SECONDS = 600
_NUMBERS = itertools.count(1)


class RunningLab:
    """A lab that is up, seen from the controller."""

    def __init__(self, lab: Lab) -> None:
        self.id = lab.id
        self.inventory_path = lab.inventory
        self.nodes = [RunningNode(self, node) for node in lab.nodes()]
        self.definition = lab

    def run(self, command: list[str], *, check: bool = True, **options: Any) -> Completed:
        """Run a command in the controller's namespace, with the project's environment.

        Its output is captured as text. If `check`, a status other than 0 fails the test and shows
        the output. `options` go to subprocess.run; `env` is added to the environment.
        """
        environment = {**self.definition.environment(), **options.pop("env", {})}
        return _run(self.definition.inside(*command), check, env=environment, **options)

    def ssh(self, node: RunningNode, command: str, *, check: bool = True) -> Completed:
        """Run a shell command on a node."""
        return _run(self.definition.ssh(node.definition, command), check)

    def ansible_playbook(self, *arguments: str, check: bool = True, **options: Any) -> Completed:
        """Run ansible-playbook with the lab's inventory."""
        command = ["ansible-playbook", "-i", str(self.inventory_path), *arguments]
        return self.run(command, check=check, **options)


class RunningNode:
    """A node of a running lab."""

    def __init__(self, lab: RunningLab, node: Node) -> None:
        self.name = node.name
        self.address = node.address
        self.definition = node
        self._lab = lab

    def ssh(self, command: str, *, check: bool = True) -> Completed:
        """Run a shell command on the node as root."""
        return self._lab.ssh(self, command, check=check)

    def virsh(self, *arguments: str, check: bool = True) -> Completed:
        """Run virsh on the node's system connection; the words are not seen by a shell."""
        words = ["virsh", "--quiet", "--connect", "qemu:///system", *arguments]
        return self.ssh(" ".join(map(shlex.quote, words)), check=check)

    def end(self) -> None:
        """End the node at once, as when its power fails."""
        self.definition.end()

    def boot(self) -> None:
        """Start the node again after it has ended, and wait until it answers."""
        self._lab.definition.boot(self.definition)

    @contextmanager
    def libvirt(self, folder: Path) -> Iterator[str]:
        """The URI of the node's libvirt for this process, as long as the context lasts."""
        socket = folder / "libvirt"
        lab = self._lab.definition
        forward = ["-N", "-L", f"{socket}:/run/libvirt/libvirt-sock"]
        options = ["-q", "-i", str(lab.key), *lab.ssh_options(), "-oExitOnForwardFailure=yes"]
        tunnel = subprocess.Popen(
            lab.inside("ssh", *options, *forward, f"root@{self.address}"), stdin=subprocess.DEVNULL
        )
        try:
            for _attempt in range(100):
                if socket.exists():
                    break
                time.sleep(0.1)
            yield f"qemu+unix:///system?socket={socket}"
        finally:
            tunnel.terminate()
            tunnel.wait()

    def copy_to(self, source: Path, destination: str) -> None:
        """Copy a file from the controller to the node."""
        lab = self._lab.definition
        options = ["-q", "-i", str(lab.key), *lab.ssh_options()]
        _run(lab.inside("scp", *options, str(source), f"root@{self.address}:{destination}"), True)


def _run(command: list[str], check: bool, **options: Any) -> Completed:
    options = {"timeout": _SECONDS, "stdin": subprocess.DEVNULL, **options}
    if "input" in options:
        del options["stdin"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if check and result.returncode != 0:
        pytest.fail(
            f"{shlex.join(command)}\nended with {result.returncode}\n{result.stdout}{result.stderr}"
        )
    return result


@pytest.fixture(scope="module")
def make_lab() -> Iterator[Callable[..., RunningLab]]:
    """A function that brings up another lab, for the tests of one file: make_lab(nodes=1,
    bare=False). A kernel has enough of everything for a few labs at a time."""
    install_missing()
    made: list[Lab] = []

    def make(*, nodes: int = 1, bare: bool = False) -> RunningLab:
        lab = Lab(f"pytest-{os.getpid()}-{next(_NUMBERS)}")
        made.append(lab)
        lab.up(nodes, bare)
        return RunningLab(lab)

    try:
        yield make
    finally:
        for lab in made if os.environ.get("VMRT_LAB_KEEP") != "1" else ():
            lab.down()


@pytest.fixture(scope="module")
def lab(make_lab: Callable[..., RunningLab]) -> RunningLab:
    """A lab with one node, on which no other file leaves anything."""
    return make_lab()


@pytest.fixture(scope="module")
def node(lab: RunningLab) -> RunningNode:
    """The first node of the file's lab."""
    return lab.nodes[0]


@pytest.fixture(scope="session")
def tiny_image() -> Path:
    """The tiny guest image, on the controller."""
    install_missing()
    return images.BUILDERS["tiny"]()


@pytest.fixture(scope="session")
def debian_image() -> Path:
    """The Debian guest image, on the controller."""
    install_missing()
    return images.BUILDERS["debian"]()
