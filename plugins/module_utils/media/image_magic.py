# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image file is, told from its first bytes and its last sector alone."""

from __future__ import annotations

# How much of the start of a file the marks below need; btrfs has the farthest.
HEAD_SIZE = 128 * 1024

COMPRESSIONS = ("gzip", "bzip2", "xz", "zstd", "lz4", "zip", "7z")

# What is unpacked, and what is converted: QEMU opens no other file for one of these.
UNPACKED = ("gzip", "bzip2", "xz", "zstd")
FOREIGN = ("vmdk", "vdi", "vhdx", "vpc")

# Order matters: what says it is a container is one, whatever lies where a disk has its table.
_MARKS = (
    ("luks", 0, b"LUKS\xba\xbe"),
    ("vmdk", 0, b"KDMV"),
    ("vmdk", 0, b"COWD"),
    ("vmdk", 0, b"# Disk DescriptorFile"),
    ("vdi", 64, b"\x7f\x10\xda\xbe"),
    ("vhdx", 0, b"vhdxfile"),
    ("vpc", 0, b"conectix"),
    ("qed", 0, b"QED\0"),
    ("parallels", 0, b"WithoutFreeSpace"),
    ("parallels", 0, b"WithouFreSpacExt"),
    ("bochs", 0, b"Bochs Virtual HD Image"),
    ("gzip", 0, b"\x1f\x8b"),
    ("bzip2", 0, b"BZh"),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("zstd", 0, b"\x28\xb5\x2f\xfd"),
    ("lz4", 0, b"\x04\x22\x4d\x18"),
    ("zip", 0, b"PK\x03\x04"),
    ("7z", 0, b"7z\xbc\xaf\x27\x1c"),
    ("iso", 32769, b"CD001"),
    ("raw", 510, b"\x55\xaa"),  # MBR, also the protective one before a GPT
    ("raw", 512, b"EFI PART"),
    ("raw", 4096, b"EFI PART"),
    ("raw", 1080, b"\x53\xef"),  # ext2, ext3, ext4
    ("raw", 0, b"XFSB"),
    ("raw", 65600, b"_BHRfS_M"),  # btrfs
    ("raw", 0, b"hsqs"),  # squashfs
    ("raw", 512, b"LABELONE"),  # LVM
    ("raw", 4086, b"SWAPSPACE2"),
)
_TEXT = frozenset(range(0x20, 0x7F)) | frozenset(b"\t\n\r\f\x1b") | frozenset(range(0x80, 0x100))


def recognise(head: bytes, tail: bytes) -> str:
    """The format that ``head`` (up to HEAD_SIZE bytes) and ``tail`` (the last 512) show.

    A name as QEMU has it, a compression, ``html``, ``text``, ``empty``, or ``unknown``.
    """
    if not head:
        return "empty"
    if head.startswith(b"QFI\xfb"):
        return "qcow" if head[4:8] == b"\0\0\0\x01" else "qcow2"
    for name, offset, mark in _MARKS:
        if head.startswith(mark, offset):
            return name
    if tail.startswith(b"conectix"):
        return "vpc"
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "html"
    return "text" if _TEXT.issuperset(head[:512]) else "unknown"
