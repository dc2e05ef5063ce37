# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab: nodes on a common bridge, all in namespaces of their own, known by an id."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import json
import os
import re
import shutil
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import netns, rootfs
from .node import Node
from .shell import LabError, run, succeeds

_CHECKOUT = Path(__file__).resolve().parents[3]
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NETWORKS = list(ipaddress.ip_network("10.64.0.0/10").subnets(new_prefix=24))
_BOOT_SECONDS = 90


def _state_root() -> Path:
    return Path(os.environ.get("VMRT_LAB_STATE") or "/var/tmp")


def known_ids() -> list[str]:
    """The ids of the labs of which there is anything on this machine."""
    prefix = "vmrt-lab-"
    names = (path.name[len(prefix) :] for path in _state_root().glob(f"{prefix}*"))
    return sorted(name for name in names if _ID.fullmatch(name))


@dataclass(frozen=True)
class Lab:
    """The lab called `id`; everything it owns is named after it, or lies in its folder."""

    id: str

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise LabError(f"--id {self.id!r}: use up to 32 lower-case letters, digits and dashes")

    @property
    def folder(self) -> Path:
        return _state_root() / f"vmrt-lab-{self.id}"

    @property
    def namespace(self) -> str:
        """The controller's namespace; those of the nodes begin with it."""
        return f"vmrt-{self.id}"

    @property
    def key(self) -> Path:
        """The private SSH key that every node accepts for root."""
        return self.folder / "id_ed25519"

    @property
    def inventory(self) -> Path:
        """The inventory file, written when the lab is up."""
        return self.folder / "inventory.yml"

    def nodes(self) -> list[Node]:
        """The lab's nodes as they were asked for, whatever became of them."""
        wanted = self._wanted()
        hosts = list(ipaddress.ip_network(wanted["network"]).hosts()) if wanted else []
        return [
            self._node(f"node{number}", str(hosts[9 + number]))
            for number in range(1, wanted.get("nodes", 0) + 1)
        ]

    def up(self, nodes: int, bare: bool) -> bool:
        """Bring the lab up and wait until it answers; False if it was up like this already.

        What a crash left of it is removed first; a lab that is up is never replaced.
        """
        with self._locked():
            before = self._wanted()
            if before and self._answers():
                if (before["nodes"], before["bare"]) == (nodes, bare):
                    return False
                kind = "bare " if before["bare"] else ""
                raise LabError(
                    f"the lab {self.id} is up with {before['nodes']} {kind}node(s): take it down "
                    f"first with `lab down --id {self.id}`, or give another --id"
                )
            self._clear()
            try:
                image = rootfs.bare() if bare else rootfs.node()
                # Written before anything is made, so that a crash at any point can be cleared.
                self._write_wanted({"nodes": nodes, "bare": bare, "network": self._free_network()})
                self._make(image)
            except BaseException:
                self._clear()
                self.folder.rmdir()
                raise
        return True

    def down(self) -> bool:
        """Remove the lab and everything of it; False if there was nothing."""
        if not self.folder.is_dir() and not netns.named(self.namespace):
            return False
        with self._locked():
            self._clear()
            self.folder.rmdir()
        return True

    def inside(self, *command: str) -> list[str]:
        """The command line that runs `command` where the nodes can be reached."""
        return netns.inside(self.namespace, *command)

    def environment(self) -> dict[str, str]:
        """The variables of a command that works on this lab with the project's own tools."""
        return {
            **os.environ,
            "PATH": f"{_CHECKOUT}/.venv/bin:{os.environ['PATH']}",
            "ANSIBLE_CONFIG": str(_CHECKOUT / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(_CHECKOUT / "collections"),
            # Connections that are kept open belong to this lab and go with it.
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "cp"),
            "VMRT_LAB_ID": self.id,
            "VMRT_LAB_INVENTORY": str(self.inventory),
        }

    def ssh_options(self) -> list[str]:
        """Options of ssh and scp that use the lab's key and accept only the lab's host keys."""
        return [
            *("-o", f"UserKnownHostsFile={self.folder}/known_hosts"),
            *("-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes"),
            *("-o", "IdentitiesOnly=yes"),
        ]

    def ssh(self, node: Node, *command: str) -> list[str]:
        """The command line that runs `command` on the node, from the controller's namespace."""
        return self.inside(
            *("ssh", "-i", str(self.key), *self.ssh_options(), "-o", "BatchMode=yes"),
            *("-o", "ConnectTimeout=5", f"root@{node.address}", *command),
        )

    def answers(self, node: Node) -> bool:
        """Whether the node can be logged into and, unless it is bare, its libvirt answers."""
        probe = "true" if self._wanted()["bare"] else "virsh -q -c qemu:///system version"
        return succeeds(*self.ssh(node, probe))

    def _node(self, name: str, address: str) -> Node:
        return Node(name, address, self.folder / name, f"{self.namespace}.{name}")

    def _wanted(self) -> dict[str, Any]:
        try:
            wanted: dict[str, Any] = json.loads((self.folder / "lab.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return wanted

    def _write_wanted(self, wanted: dict[str, Any]) -> None:
        part = self.folder / "lab.json.part"
        part.write_text(json.dumps(wanted), encoding="utf-8")
        part.rename(self.folder / "lab.json")

    def _answers(self) -> bool:
        return self.inventory.exists() and all(map(self.answers, self.nodes()))

    def _free_network(self) -> str:
        # Ansible keeps SSH connections by address: those of two labs must never be the same.
        taken = {Lab(other)._wanted().get("network") for other in known_ids()}
        start = zlib.crc32(self.id.encode())
        choices = (str(_NETWORKS[(start + step) % len(_NETWORKS)]) for step in range(1000))
        return next(network for network in choices if network not in taken)

    def _make(self, image: Path) -> None:
        network = ipaddress.ip_network(self._wanted()["network"])
        netns.create_controller(self.namespace, f"{next(network.hosts())}/{network.prefixlen}")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "vmrt-lab", "-f", str(self.key))
        nodes = self.nodes()
        for node in nodes:
            node.lay_out()
        known_hosts = "".join(f"{node.name},{node.address} {node.host_key}\n" for node in nodes)
        (self.folder / "known_hosts").write_text(known_hosts, encoding="utf-8")
        hosts = "127.0.0.1 localhost\n::1 localhost\n"
        hosts += "".join(f"{node.address} {node.name}\n" for node in nodes)
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda node: self._start(node, image, hosts, known_hosts), nodes))
        self.inventory.write_text(self._inventory_text(), encoding="utf-8")

    def _start(self, node: Node, image: Path, hosts: str, known_hosts: str) -> None:
        public = self.key.with_suffix(".pub").read_text(encoding="utf-8")
        node.write("etc/hosts", hosts)
        node.write("root/.ssh/authorized_keys", public, 0o600)
        node.write("root/.ssh/id_ed25519", self.key.read_text(encoding="utf-8"), 0o600)
        node.write("root/.ssh/known_hosts", known_hosts)
        prefix = ipaddress.ip_network(self._wanted()["network"]).prefixlen
        netns.create_member(node.namespace, self.namespace, node.name, f"{node.address}/{prefix}")
        self._boot(node, image)

    def boot(self, node: Node) -> None:
        """Start a node again that has ended, and wait until it answers."""
        netns.forget(node.namespace)
        self._boot(node, rootfs.bare() if self._wanted()["bare"] else rootfs.node())

    def _boot(self, node: Node, image: Path) -> None:
        machine = node.start(image)
        deadline = time.monotonic() + _BOOT_SECONDS
        while not self.answers(node):
            if machine.poll() is not None or time.monotonic() > deadline:
                console = node.console.read_text(encoding="utf-8", errors="replace")
                raise LabError(f"{node.name} did not come up; its console ends:\n{console[-2000:]}")
            time.sleep(0.1)

    def _inventory_text(self) -> str:
        lines = ["---", "vmrt_nodes:", "  hosts:"]
        for node in self.nodes():
            lines += [f"    {node.name}:", f"      ansible_host: {node.address}"]
        lines += [
            "  vars:",
            "    ansible_user: root",
            f"    ansible_ssh_private_key_file: {self.key}",
            f"    ansible_ssh_common_args: {' '.join(self.ssh_options())}",
            "    ansible_python_interpreter: /usr/bin/python3",
        ]
        return "\n".join(lines) + "\n"

    def _clear(self) -> None:
        """Remove everything but the folder itself, which carries the lock."""
        names = {path.name for path in self.folder.glob("node*")}
        names |= {name.rpartition(".")[2] for name in netns.named(self.namespace) if "." in name}
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda name: self._node(name, "").remove(), sorted(names)))
        if self.namespace in netns.named(self.namespace):
            netns.remove(self.namespace)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        while True:
            self.folder.mkdir(mode=0o755, exist_ok=True)
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
            # Shared with what `run` starts: after a crash, `down` waits for the last of them.
            os.set_inheritable(handle, True)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                # The one who had the lock may have removed the folder meanwhile.
                if self.folder.exists() and os.path.samestat(
                    os.fstat(handle), os.stat(self.folder)
                ):
                    yield
                    return
            finally:
                os.close(handle)
