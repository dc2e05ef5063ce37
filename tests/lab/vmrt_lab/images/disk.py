# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Putting a bootable disk together in files: no loop devices, no mounts, no device mapper."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..shell import run

_MBR = Path("/usr/lib/syslinux/mbr/mbr.bin")
_MIB = 1024 * 1024
_FAT, _LINUX = "c", "83"


@dataclass(frozen=True)
class Partition:
    """A partition's content and its type in a DOS table."""

    content: Path
    type: str


def boot_partition(
    target: Path, mib: int, kernel: Path, initrd: Path, parameters: str
) -> Partition:
    """A FAT file system with syslinux that boots the kernel with these parameters."""
    config = target.with_suffix(".cfg")
    config.write_text(
        f"DEFAULT linux\nPROMPT 0\nLABEL linux\n  KERNEL vmlinuz\n  APPEND {parameters}\n"
        "  INITRD initrd\n",
        encoding="utf-8",
    )
    _allocate(target, mib * _MIB)
    run("mkfs.vfat", "-n", "BOOT", str(target))
    files = {"vmlinuz": kernel, "initrd": initrd, "syslinux.cfg": config}
    for name, source in files.items():
        run("mcopy", "-i", str(target), str(source), f"::{name}")
    config.unlink()
    run("syslinux", "--install", str(target))
    return Partition(target, _FAT)


def linux_partition(target: Path, mib: int, content: Path, label: str) -> Partition:
    """An ext4 file system filled with the folder `content`."""
    _allocate(target, mib * _MIB)
    run("mke2fs", "-q", "-t", "ext4", "-L", label, "-d", str(content), str(target))
    return Partition(target, _LINUX)


def assemble(target: Path, *partitions: Partition) -> None:
    """Write the compressed qcow2 `target`; it boots from the first partition."""
    raw = target.with_suffix(".raw")
    lines, start = ["label: dos"], _MIB
    starts: list[int] = []
    for partition in partitions:
        size = partition.content.stat().st_size
        flag = "" if starts else ", bootable"
        lines.append(f"start={start // 512}, size={size // 512}, type={partition.type}{flag}")
        starts.append(start)
        start += size
    _allocate(raw, start)
    run("sfdisk", "--quiet", str(raw), input="\n".join(lines) + "\n")
    with raw.open("r+b") as disk:
        disk.write(_MBR.read_bytes())
    for partition, offset in zip(partitions, starts):
        _copy_sparse(partition.content, raw, offset)
    run("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", str(raw), str(target))
    raw.unlink()
    for partition in partitions:
        partition.content.unlink()


def _allocate(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


def _copy_sparse(source: Path, target: Path, offset: int) -> None:
    run(
        *("dd", f"if={source}", f"of={target}", "bs=1M", f"seek={offset // _MIB}"),
        *("conv=notrunc,sparse", "status=none"),
    )
