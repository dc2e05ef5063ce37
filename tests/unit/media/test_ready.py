# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images that are unpacked and converted on their way."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any, Callable

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.fetch import fetch
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import inspect
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import vet
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

MIB = 2**20
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda content: (
        subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout
    ),
}
needs_zstd = pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")
each_way = pytest.mark.parametrize(
    "way", ["gz", "bz2", "xz", pytest.param("zst", marks=needs_zstd)]
)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    folder = tmp_path / "pool"
    folder.mkdir()
    return folder


def load(source: Path, pool: Path, **options: Any) -> Any:
    return fetch(str(source), str(pool / "a.img"), open_url=None, **options)


def refused(source: Path, pool: Path, **options: Any) -> str:
    with pytest.raises(VmrtError) as caught:
        load(source, pool, **options)
    assert caught.value.option == "source"
    assert list(pool.iterdir()) == []
    return str(caught.value)


@each_way
def test_a_packed_image_is_unpacked(tmp_path: Path, pool: Path, raw_disk: Path, way: str) -> None:
    disk = raw_disk.read_bytes() + bytes(8 * MIB) + b"end" + bytes(8 * MIB - 3)
    packed = tmp_path / f"disk.raw.{way}"
    packed.write_bytes(PACK[way](disk))
    checksum = f"sha256:{hashlib.sha256(packed.read_bytes()).hexdigest()}"
    assert vet(str(packed), checksum) is None
    result = load(packed, pool, checksum=checksum)
    assert (result.format, result.virtual_size, result.checksum) == ("raw", len(disk), checksum)
    assert [path.name for path in pool.iterdir()] == ["a.img"]
    assert (pool / "a.img").read_bytes() == disk
    assert (pool / "a.img").stat().st_mode & 0o777 == 0o644
    # What is only zeros takes no room.
    assert (pool / "a.img").stat().st_blocks * 512 < 8 * MIB


@each_way
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_one_that_is_damaged_is_refused(tmp_path: Path, pool: Path, way: str, damage: str) -> None:
    packed = tmp_path / f"disk.raw.{way}"
    content = bytearray(PACK[way](os.urandom(MIB)))
    if damage == "cut":
        del content[-1000:]
    else:
        content[len(content) // 2] ^= 0xFF
    packed.write_bytes(content)
    assert "can't be unpacked" in refused(packed, pool, image_format="raw")


def test_what_is_packed_is_judged_as_any_image(tmp_path: Path, pool: Path, make_image: Any) -> None:
    evil = make_image("evil.qcow2", "1M", "-u", "-b", "/etc/passwd", "-F", "raw")
    for name, content in (
        ("evil", evil.read_bytes()),
        ("page", b"<html>not found</html>"),
        ("twice", gzip.compress(bytes(4096))),
    ):
        packed = tmp_path / f"{name}.gz"
        packed.write_bytes(gzip.compress(content))
        assert "is refused" in refused(packed, pool)


def test_several_streams_are_one_image(tmp_path: Path, pool: Path, raw_disk: Path) -> None:
    disk = raw_disk.read_bytes()
    packed = tmp_path / "disk.xz"
    packed.write_bytes(lzma.compress(disk) + bytes(8) + lzma.compress(b"more") + bytes(4))
    load(packed, pool)
    assert (pool / "a.img").read_bytes() == disk + b"more"


def test_xz_does_not_get_all_the_memory_that_it_asks_for(tmp_path: Path, pool: Path) -> None:
    packed = bytearray(lzma.compress(b"x" * 512, filters=[{"id": lzma.FILTER_LZMA2}]))
    # The size of the dictionary is a byte of the block's header, which a CRC follows.
    header = packed[12:24]
    header[4] = 40
    header[8:12] = struct.pack("<I", zlib.crc32(bytes(header[:8])))
    packed[12:24] = header
    (tmp_path / "greedy.xz").write_bytes(packed)
    message = refused(tmp_path / "greedy.xz", pool, image_format="raw")
    assert "Memory usage limit exceeded" in message


def test_zstd_that_is_missing_is_named(
    tmp_path: Path, pool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk.zst").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(100))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "zstd is missing. Install zstd on the node." in refused(tmp_path / "disk.zst", pool)


def content_of(image: Path, kind: str, folder: Path) -> bytes:
    raw = folder / "read.raw"
    command = ["qemu-img", "convert", "-f", kind, "-O", "raw", str(image), str(raw)]
    subprocess.run(command, check=True)
    return raw.read_bytes()


@pytest.fixture
def made(tmp_path: Path, filled: Path) -> Callable[..., Path]:
    """``made(kind, *options)``: the image ``filled`` in another format, by ``qemu-img convert``."""

    def convert(kind: str, *options: str) -> Path:
        path = tmp_path / f"other.{kind}"
        command = ["qemu-img", "convert", "-q", "-f", "qcow2", "-O", kind, *options]
        subprocess.run([*command, str(filled), str(path)], check=True)
        return path

    return convert


@pytest.mark.parametrize("wanted", [None, "raw", "qcow2"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("vmdk", ()),
        ("vmdk", ("-o", "subformat=streamOptimized")),
        ("vdi", ()),
        ("vdi", ("-o", "static=on")),
        ("vhdx", ()),
        ("vpc", ("-o", "force_size=on")),
    ],
)
def test_other_formats_are_converted(
    tmp_path: Path,
    pool: Path,
    made: Callable[..., Path],
    kind: str,
    options: tuple[str, ...],
    wanted: str | None,
) -> None:
    source = made(kind, *options)
    result = load(source, pool, image_format=wanted)
    assert result.format == (wanted or "qcow2")
    assert vet(str(source), None, wanted) == result.virtual_size == MIB
    assert [path.name for path in pool.iterdir()] == ["a.img"]
    content = content_of(pool / "a.img", result.format, tmp_path)
    assert content == bytes(range(256)) * 4096


def test_raw_and_qcow2_become_one_another(
    tmp_path: Path, pool: Path, filled: Path, raw_disk: Path
) -> None:
    assert load(filled, pool, image_format="raw").format == "raw"
    assert (pool / "a.img").read_bytes() == bytes(range(256)) * 4096
    packed = tmp_path / "disk.gz"
    packed.write_bytes(gzip.compress(raw_disk.read_bytes()))
    told: list[str] = []
    assert load(packed, pool, image_format="qcow2", tell=told.append).format == "qcow2"
    assert told == ["is unpacked", "is converted to qcow2"]
    assert inspect(str(pool / "a.img")).format == "qcow2"
    assert content_of(pool / "a.img", "qcow2", tmp_path) == raw_disk.read_bytes()


@pytest.mark.parametrize("kind", ["vmdk", "vdi", "vhdx", "vpc", "qcow2"])
def test_one_that_is_cut_off_is_not_converted(
    pool: Path, made: Callable[..., Path], kind: str
) -> None:
    source = made(kind)
    os.truncate(source, source.stat().st_size // 2)
    message = refused(source, pool, image_format="raw")
    assert re.search("cut off|truncated", message)
    with pytest.raises(VmrtError):
        vet(str(source), None, "raw")


def descriptor(*lines: str) -> bytes:
    return "\n".join(("# Disk DescriptorFile", "version=1", "CID=1", *lines, "")).encode()


def sparse(text: bytes, capacity: int = 2048) -> bytes:
    """A VMDK with the descriptor inside."""
    header = struct.pack("<4sIIQQQQ", b"KDMV", 1, 3, capacity, 128, 1, 20)
    return header.ljust(512, b"\0") + text.ljust(20 * 512, b"\0") + bytes(MIB)


@pytest.mark.parametrize(
    "content",
    [
        descriptor('createType="monolithicFlat"', 'RW 2048 FLAT "/etc/passwd" 0'),
        sparse(descriptor('createType="monolithicFlat"', 'RW 8 FLAT "/etc/passwd" 0'), 0),
        sparse(descriptor('createType="monolithicFlat"', 'RW 8 FLAT "/etc/passwd" 0')),
        sparse(descriptor('createType="monolithicSparse"', 'parentFileNameHint="/etc/passwd"')),
        sparse(b"")[:700],
        b"COWD" + bytes(8192),
    ],
)
def test_a_vmdk_that_names_files_never_meets_qemu(
    tmp_path: Path, pool: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    evil = tmp_path / "evil.vmdk"
    evil.write_bytes(content)
    # Not even found, qemu-img can't have been what refused it.
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "is refused" in refused(evil, pool)
    with pytest.raises(VmrtError, match="is refused"):
        vet(str(evil))


def test_what_a_killed_run_left_is_removed(pool: Path, made: Callable[..., Path]) -> None:
    for name in (".a.img.part", ".a.img.part.unpacked", ".a.img.part.converted"):
        (pool / name).write_bytes(b"left")
    left = (pool / ".a.img.part.converted").open("wb")
    load(made("vdi"), pool)
    # A program that goes on writing to it does no harm.
    left.write(bytes(MIB))
    left.close()
    assert inspect(str(pool / "a.img")).format == "qcow2"
    assert [path.name for path in pool.iterdir()] == ["a.img"]
