# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where it is measured: the nodes of a lab, and what runs commands against them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import playbook
from tests.bench.cpu import Group
from tests.bench.rounds import Contestant, Sample

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT / "tests" / "lab"))

from vmrt_lab import process  # noqa: E402
from vmrt_lab.lab import Lab  # noqa: E402

# One has few vms, one has many, and on one they come and go.
FEW, MANY, FRESH = "node1", "node2", "node3"
ON_NODE = Path(__file__).resolve().parent / "on_node"
SCRIPTS = "/root/bench"
_PYTHON = Path(sys.executable)


class Venue:
    """A lab with three nodes; what is measured runs in the namespace of its controller."""

    def __init__(self, lab: Lab, folder: Path) -> None:
        self.lab = lab
        self.folder = folder
        self._nodes = {node.name: node for node in lab.nodes()}
        self._groups = {
            # The process that the node is made of carries the name of its folder.
            node.name: Group.of_machine(next(process.with_argument(node.marker)))
            for node in lab.nodes()
        }
        self._controller = Group(f"{lab.namespace}.controller")

    def __enter__(self) -> Venue:
        self._controller.make()
        for node in self._nodes:
            self.copy(ON_NODE, node, SCRIPTS)
        return self

    def __exit__(self, *_error: object) -> None:
        self._controller.remove()

    def measure(self, contestant: Contestant) -> Sample:
        """Run it once; each begins without a connection to the node."""
        groups = (self._controller, self._groups[contestant.node])
        before = [group.seconds() for group in groups]
        start = time.monotonic()
        output = self.run(self._controller.enter([*contestant.command]))
        wall = time.monotonic() - start
        controller, node = (
            group.seconds() - used for group, used in zip(groups, before, strict=True)
        )
        self._controller.end_processes()
        if contestant.expected not in output:
            raise SystemExit(f"bench: {contestant.title} did not do the work:\n{output[-4000:]}")
        return Sample(wall, controller, node)

    def run(self, command: Sequence[str], **more: str) -> str:
        """What a command says, which has to end well."""
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd=CHECKOUT,
            env={**self._environment(), **more},
        )
        if done.returncode:
            said = (done.stdout + done.stderr)[-4000:]
            raise SystemExit(f"bench: {shlex.join(command)[:400]} failed:\n{said}")
        return done.stdout

    def inside(self, *command: str) -> list[str]:
        """The command line that runs a command where the nodes can be reached."""
        return self.lab.inside(*command)

    def on_node(self, node: str, *command: str) -> list[str]:
        """The command line that runs a command on a node, without Ansible."""
        return self.lab.ssh(self._nodes[node], shlex.join(command))

    def script(self, node: str, name: str, *words: str) -> list[str]:
        """The command line of a script of the folder on_node."""
        shell = "/bin/sh" if name.endswith(".sh") else "/usr/bin/python3"
        return self.on_node(node, shell, f"{SCRIPTS}/{name}", *words)

    def copy(self, source: Path, node: str, target: str) -> None:
        """Put a folder onto a node, in place of what was there."""
        pack = ["tar", "-C", str(source), "--exclude=__pycache__", "-c", "."]
        unpack = f"rm -rf {target} && mkdir -p {target} && tar -C {target} -x --no-same-owner"
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packer:
            command = self.lab.ssh(self._nodes[node], unpack)
            subprocess.run(command, stdin=packer.stdout, check=True)

    def fetch(self, node: str, source: str) -> Path:
        """A folder of a node, copied to the controller."""
        target = self.folder / node / Path(source).name
        target.mkdir(parents=True)
        pack = self.lab.ssh(self._nodes[node], f"tar -C {source} -c .")
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packer:
            subprocess.run(["tar", "-C", str(target), "-x"], stdin=packer.stdout, check=True)
        return target

    def play(self, name: str, node: str, tasks: Sequence[playbook.Task], **more: Any) -> list[str]:
        """The command line of a playbook, which is written for it."""
        path = playbook.write(self.folder / f"{name}.json", node, tasks, **more)
        return self.inside("ansible-playbook", "-i", str(self.lab.inventory), str(path))

    def address(self, node: str) -> str:
        return self._nodes[node].address

    def _environment(self) -> dict[str, str]:
        """All contestants run on the same ansible-core, with the same settings."""
        return {
            **self.lab.environment(),
            "PATH": f"{_PYTHON.parent}:{os.environ['PATH']}",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
        }
