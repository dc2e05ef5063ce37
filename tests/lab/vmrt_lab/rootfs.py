# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two root file systems of nodes: with libvirt, and bare with the packages to get there."""

from __future__ import annotations

from pathlib import Path

from . import cache, debian
from .packages import packages
from .shell import run

_RECIPE = [Path(__file__).resolve()]

_SSHD = """\
HostKey /etc/ssh/ssh_host_ed25519_key
MaxSessions 100
MaxStartups 100
PermitRootLogin prohibit-password
UseDNS no
"""

_CONFIGURATION = {
    # A node's control groups are read-only where the machine still has the first version of them.
    "etc/libvirt/qemu.conf": "cgroup_controllers = []\n",
    # All nodes share the machine's SMBIOS; libvirt refuses to migrate to a host of the same UUID.
    "etc/libvirt/libvirtd.conf": 'host_uuid_source = "machine-id"\n',
}

_ARCHIVE = "srv/packages"


def node() -> Path:
    """The root file system of a node with libvirt and QEMU."""
    include = packages("base", "libvirt")
    return cache.cached("node", cache.recipe_hash(_RECIPE, *include), _build_node) / "root"


def bare() -> Path:
    """Debian with SSH and Python; apt installs libvirt and QEMU from an archive inside it."""
    include = packages("base", "libvirt")
    return cache.cached("bare", cache.recipe_hash(_RECIPE, *include), _build_bare) / "root"


def _build_node(folder: Path) -> None:
    root = folder / "root"
    debian.bootstrap(root, packages("base", "libvirt"))
    _settle(root)
    for path, text in _CONFIGURATION.items():
        with (root / path).open("a", encoding="utf-8") as file:
            file.write(text)


def _build_bare(folder: Path) -> None:
    root = folder / "root"
    archive = root / _ARCHIVE
    wanted = " ".join(packages("libvirt"))
    debian.bootstrap(
        root,
        packages("base"),
        hooks=[
            f'chroot "$1" apt-get install --yes --download-only {wanted}',
            f'mkdir "$1/{_ARCHIVE}" && mv "$1"/var/cache/apt/archives/*.deb "$1/{_ARCHIVE}"',
        ],
    )
    _settle(root)
    (archive / "Packages").write_text(run("apt-ftparchive", "packages", ".", cwd=archive))
    (root / "etc/apt/sources.list").write_text(f"deb [trusted=yes] file:/{_ARCHIVE} ./\n")
    run("chroot", str(root), "apt-get", "update")


def _settle(root: Path) -> None:
    (root / "etc/ssh/sshd_config.d/lab.conf").write_text(_SSHD, encoding="utf-8")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    debian.mask(root)
