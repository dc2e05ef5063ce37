# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node: a root file system, thrown away afterwards, under systemd-nspawn with a real systemd."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from . import cgroup, netns, process
from .shell import run

_START = Path(__file__).resolve().parent.parent / "files" / "start-node"


@dataclass(frozen=True)
class Node:
    """A node of a lab; `folder` holds its overlay and console log, `namespace` its network."""

    name: str
    address: str
    folder: Path
    namespace: str

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    @property
    def shared(self) -> Path:
        """The folder that all nodes of a lab see."""
        return self.folder.parent / "shared"

    @property
    def host_key(self) -> str:
        """The public SSH host key: type and key."""
        text = self._upper("etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="utf-8")
        return " ".join(text.split()[:2])

    def lay_out(self) -> None:
        """Make the folders and the identity of the node: machine id, host name, host key."""
        for name in ("upper/etc/ssh", "upper/root/.ssh", "work", "root"):
            (self.folder / name).mkdir(parents=True)
        self.shared.mkdir(exist_ok=True)
        self._upper("root").chmod(0o700)
        self._upper("root/.ssh").chmod(0o700)
        self.write("etc/machine-id", f"{uuid.uuid4().hex}\n")
        self.write("etc/hostname", f"{self.name}\n")
        self.write("etc/resolv.conf", "")
        key = self._upper("etc/ssh/ssh_host_ed25519_key")
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(key))

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file of the node; only before it is started."""
        target = self._upper(path)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def start(self, rootfs: Path) -> subprocess.Popen[bytes]:
        """Boot the node over `rootfs`; returns at once. The node outlives this process."""
        with self.console.open("wb") as console:
            return subprocess.Popen(
                [
                    *("unshare", "--mount", "--propagation", "private", str(_START)),
                    *(str(rootfs), str(self.folder), ":".join(cgroup.create(self.namespace))),
                    *("--quiet", self.marker, "--boot", "--link-journal=no"),
                    *("--resolv-conf=off", "--timezone=off", "--console=read-only"),
                    *(f"--machine={self.namespace.replace('.', '-')}", f"--hostname={self.name}"),
                    *(f"--network-namespace-path=/run/netns/{self.namespace}", "--capability=all"),
                    *("--bind=/dev/net/tun", f"--bind={self.shared}:/mnt/shared"),
                    *("--register=no", *cgroup.nspawn_options()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def running(self) -> bool:
        """Whether the node's systemd-nspawn is there."""
        return any(process.with_argument(self.marker))

    def end(self) -> None:
        """End the node at once, as when its power fails; what it has on its disks stays."""
        process.end_all(
            lambda: list(process.with_argument(self.marker)),
            lambda pid: process.has_argument(pid, self.marker),
            self.name,
        )
        if self.namespace in netns.named(self.namespace):
            netns.end(self.namespace)

    def remove(self) -> None:
        """End the node and remove all that belongs to it, in whatever state it is."""
        self.end()
        if self.namespace in netns.named(self.namespace):
            netns.remove(self.namespace)
        cgroup.remove(self.namespace)
        if self.folder.is_dir():
            shutil.rmtree(self.folder)

    @property
    def marker(self) -> str:
        """An argument of the node's process and no other: it also finds one nobody wrote down."""
        return f"--directory={self.folder}/root"

    def _upper(self, path: str) -> Path:
        return self.folder / "upper" / path
