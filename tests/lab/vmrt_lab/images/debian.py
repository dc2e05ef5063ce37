# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest for end-to-end tests: Debian as its cloud images are, with cloud-init."""

from __future__ import annotations

import shutil
from pathlib import Path

from .. import cache, debian
from ..packages import packages
from . import disk

_HERE = Path(__file__).resolve()
_FILES = _HERE.parents[2] / "files" / "debian"
_PARAMETERS = "root=LABEL=root ro console=ttyS0 quiet mitigations=off cryptomgr.notests"
_ROOT_MIB = 1536


def build() -> Path:
    """The path of the image, built if it is not in the cache yet."""
    sources = [_HERE, _HERE.with_name("disk.py"), _FILES]
    recipe = cache.recipe_hash(sources, *packages("debian"))
    return cache.cached("debian", recipe, _build) / "debian.qcow2"


def _build(folder: Path) -> None:
    root = folder / "root"
    debian.bootstrap(root, packages("debian"), files=_FILES)
    (root / "etc/machine-id").touch()
    for pattern in ("etc/ssh/ssh_host_*", "var/log/*.log", "var/cache/debconf/*-old"):
        for path in root.glob(pattern):
            path.unlink()
    debian.mask(root)
    (kernel,) = (root / "boot").glob("vmlinuz-*")
    (initrd,) = (root / "boot").glob("initrd.img-*")
    boot = disk.boot_partition(folder / "boot.img", 128, kernel, initrd, _PARAMETERS)
    system = disk.linux_partition(folder / "root.img", _ROOT_MIB, root, "root")
    disk.assemble(folder / "debian.qcow2", boot, system)
    shutil.rmtree(root)
