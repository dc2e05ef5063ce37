# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest for fast tests: Debian's cloud kernel with a busybox initramfs, ready in seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from .. import cache, debian
from ..packages import packages
from ..shell import run
from . import disk

_HERE = Path(__file__).resolve()
_FILES = _HERE.parents[2] / "files" / "tiny"
_FOLDERS = ("bin", "dev", "etc", "lib/modules", "proc", "run", "sys", "tmp")
_PARAMETERS = (
    "console=ttyS0 quiet mitigations=off cryptomgr.notests memhp_default_state=online_movable"
)


def build() -> Path:
    """The path of the image, built if it is not in the cache yet."""
    sources = [_HERE, _HERE.with_name("disk.py"), _FILES]
    recipe = cache.recipe_hash(sources, *packages("tiny"))
    return cache.cached("tiny", recipe, _build) / "tiny.qcow2"


def _build(folder: Path) -> None:
    debian_root = folder / "debian"
    debian.bootstrap(debian_root, packages("tiny"), variant="extract")
    (kernel,) = (debian_root / "boot").glob("vmlinuz-*")
    release = kernel.name.partition("-")[2]

    system = folder / "system"
    for name in _FOLDERS:
        (system / name).mkdir(parents=True)
    shutil.copytree(_FILES, system, dirs_exist_ok=True)
    shutil.copy2(debian_root / "bin/busybox", system / "bin/busybox")
    for name in ("bin/sh", "init"):
        (system / name).symlink_to("/bin/busybox")
    _copy_modules(debian_root, system, release)

    initrd = folder / "initrd"
    names = "\n".join(str(path.relative_to(system)) for path in sorted(system.rglob("*")))
    pack = ("cpio", "-o", "-H", "newc", "-R", "0:0", "--quiet", "-F", str(initrd))
    run(*pack, cwd=system, input=names)
    boot = disk.boot_partition(folder / "boot.img", 32, kernel, initrd, _PARAMETERS)
    disk.assemble(folder / "tiny.qcow2", boot)
    initrd.unlink()
    for scrap in (debian_root, system):
        shutil.rmtree(scrap)


def _copy_modules(debian_root: Path, system: Path, release: str) -> None:
    """Copy the modules of etc/modules and those they need, at their own places."""
    wanted = (_FILES / "etc/modules").read_text(encoding="utf-8").split()
    run("depmod", "-b", str(debian_root), release)
    shown = run(
        *("modprobe", "-d", str(debian_root), "-S", release, "--show-depends", "-a"), *wanted
    )
    for line in shown.splitlines():
        verb, _rest, path = line.strip().partition(" ")
        if verb == "insmod":
            source = Path(path)
            target = system / source.relative_to(debian_root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    run("depmod", "-b", str(system), release)
