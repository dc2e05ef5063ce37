# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    ImageHeader,
    complaints,
    inspect,
    refuse,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qcow2 import parse_qcow2
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

MakeImage = Callable[..., Path]
TIB = 2**40

# Offsets of fields in a qcow2 header, and their struct formats.
VERSION, BACKING_OFFSET, CLUSTER_BITS = (4, ">I"), (8, ">Q"), (20, ">I")
VIRTUAL_SIZE, CRYPT_METHOD, L1_SIZE = (24, ">Q"), (32, ">I"), (36, ">I")
L1_OFFSET, REFCOUNT_OFFSET, FEATURES = (40, ">Q"), (48, ">Q"), (72, ">Q")
REFCOUNT_ORDER, HEADER_LENGTH, FIRST_EXTENSION = (96, ">I"), (100, ">I"), 104


def found_in(path: Path, wanted: str | None = None) -> str:
    return "; ".join(complaints(inspect(str(path)), wanted))


def patch(path: Path, field: tuple[int, str], value: int) -> None:
    offset, form = field
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(struct.pack(form, value))


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-o", "compat=0.10"),
        ("-o", "cluster_size=512"),
        ("-o", "cluster_size=2M,extended_l2=on"),
        ("-o", "compression_type=zstd,lazy_refcounts=on"),
    ],
)
def test_qcow2_is_accepted(make_image: MakeImage, options: tuple[str, ...]) -> None:
    header = inspect(str(make_image("a.qcow2", "3G", *options)))
    assert (header.format, header.virtual_size, header.refers_to) == ("qcow2", 3 * 2**30, None)
    assert complaints(header) == complaints(header, "qcow2") == []


def test_qcow2_with_snapshots_and_bitmaps_is_accepted(make_image: MakeImage) -> None:
    path = make_image("a.qcow2")
    subprocess.run(["qemu-img", "snapshot", "-c", "one", str(path)], check=True)
    subprocess.run(["qemu-img", "bitmap", "--add", str(path), "dirty"], check=True)
    assert found_in(path) == ""


@pytest.mark.parametrize("compat", ["0.10", "1.1"])
def test_a_backing_file_is_refused_by_name(make_image: MakeImage, compat: str) -> None:
    options = ("-u", "-b", "/etc/passwd", "-F", "raw", "-o", f"compat={compat}")
    path = make_image("evil.qcow2", "1M", *options)
    assert "would read the backing file '/etc/passwd' of the host" in found_in(path)
    with pytest.raises(VmrtError, match="backing file") as caught:
        refuse(inspect(str(path)), source="http://example.org/evil.qcow2")
    assert caught.value.option == "source"


def test_a_backing_file_without_a_name_is_refused(make_image: MakeImage) -> None:
    path = make_image("evil.qcow2")
    patch(path, BACKING_OFFSET, 4096)
    assert "backing file ''" in found_in(path)


def test_a_name_in_the_header_is_shown_in_printable_characters(make_image: MakeImage) -> None:
    path = make_image("evil.qcow2", "1M", "-u", "-b", "/x\n\x1b[31m\u202e", "-F", "raw")
    assert r"'/x\n\x1b[31m\u202e'" in found_in(path)


def test_a_data_file_is_refused_by_name(make_image: MakeImage, tmp_path: Path) -> None:
    data = tmp_path / "data"
    path = make_image("evil.qcow2", "1M", "-o", f"data_file={data}")
    assert "would read the data file" in found_in(path)
    # The name alone, without the feature bit, is as bad.
    patch(path, FEATURES, 0)
    assert f"would read the data file '{data}'" in found_in(path)


def test_an_encrypted_image_is_refused(make_image: MakeImage) -> None:
    path = make_image(
        "a.qcow2",
        "1M",
        "--object",
        "secret,id=key,data=abc",
        "-o",
        "encrypt.format=aes,encrypt.key-secret=key",
    )
    assert "it is encrypted" in found_in(path)


def test_an_absurd_virtual_size_is_refused(make_image: MakeImage) -> None:
    path = make_image("a.qcow2", "1P", "-o", "cluster_size=2M")
    assert f"its virtual size is {1024 * TIB} bytes" in found_in(path)
    header = inspect(str(path))
    assert complaints(header, max_virtual_size=1024 * TIB) == []


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        (VERSION, 4, "qcow2 version is 4"),
        (CLUSTER_BITS, 8, "cluster size is 2^8"),
        (CLUSTER_BITS, 22, "cluster size is 2^22"),
        (CLUSTER_BITS, 2**32 - 1, "cluster size is 2^4294967295"),
        (VIRTUAL_SIZE, 0, "virtual size is zero"),
        (CRYPT_METHOD, 1, "encrypted"),
        (L1_SIZE, 2**31, "L1 table is larger"),
        (L1_OFFSET, 1, "L1 table is not at the start of a cluster"),
        (L1_OFFSET, 2**40, "L1 table is not inside"),
        (L1_OFFSET, 0, "L1 table is not inside"),
        (L1_SIZE, 2**10, "L1 table is not inside"),
        (REFCOUNT_OFFSET, 2**40, "refcount table is not inside"),
        (FEATURES, 1 << 1, "marked as corrupt"),
        (FEATURES, 1 << 2, "data file"),
        (FEATURES, 1 << 5, "features that are not known"),
        (REFCOUNT_ORDER, 7, "refcount order 7"),
        (HEADER_LENGTH, 72, "header length 72"),
        (HEADER_LENGTH, 105, "header length 105"),
        (HEADER_LENGTH, 2**17, "header length 131072"),
        ((FIRST_EXTENSION + 12, ">I"), 2**31, "extensions run past"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(
    make_image: MakeImage, field: tuple[int, str], value: int, complaint: str
) -> None:
    path = make_image("a.qcow2")
    assert found_in(path) == ""
    patch(path, field, value)
    assert complaint in found_in(path)


@given(st.binary(max_size=400), st.integers(2, 3), st.integers(0, 40))
def test_no_header_is_too_strange_to_be_read(rest: bytes, version: int, bits: int) -> None:
    head = b"QFI\xfb" + struct.pack(">IQII", version, 0, 0, bits) + rest
    header = parse_qcow2(head, len(head))
    # Nothing this short has its tables inside.
    assert header.defects


@pytest.mark.parametrize("length", [4, 8, 71, 72, 103])
def test_a_header_that_is_cut_off_is_refused(make_image: MakeImage, length: int) -> None:
    path = make_image("a.qcow2")
    os.truncate(path, length)
    assert inspect(str(path)).format == "qcow2"
    assert found_in(path) != ""


@pytest.mark.parametrize("name", ["qcow", "vmdk", "vdi", "vhdx", "vpc", "qed", "parallels"])
def test_other_formats_are_recognised_and_refused(make_image: MakeImage, name: str) -> None:
    path = make_image(f"a.{name}", "16M", image_format=name)
    assert inspect(str(path)).format == name
    assert found_in(path) == found_in(path, "raw") == f"its format is {name}"


def test_luks_is_recognised_and_refused(tmp_path: Path) -> None:
    # Not by qemu-img: making a key, it measures the CPU and gives up on a busy one.
    path = tmp_path / "a.luks"
    path.write_bytes(b"LUKS\xba\xbe\0\1" + bytes(4096))
    assert found_in(path) == found_in(path, "raw") == "its format is luks"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("vmdk", ("-o", "subformat=monolithicFlat")),
        ("vmdk", ("-o", "subformat=twoGbMaxExtentFlat")),
        ("vpc", ("-o", "subformat=fixed")),
    ],
)
def test_formats_with_their_mark_elsewhere_too(
    make_image: MakeImage, name: str, options: tuple[str, ...]
) -> None:
    path = make_image(f"a.{name}", "16M", *options, image_format=name)
    assert found_in(path, "raw") == f"its format is {name}"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html>\n<title>404</title>", "it is a web page (HTML)"),
        (b"\n <HTML><body>no</body>", "it is a web page (HTML)"),
        (b"Not found\n", "it is text"),
        ("nicht gefunden: Grüße\n".encode(), "it is text"),
        (b"\x7fELF" + bytes(600), "nothing in it looks like a disk"),
        (bytes(4096), "nothing in it looks like a disk"),
    ],
)
def test_what_is_no_image_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "a.img"
    path.write_bytes(content)
    assert found_in(path) == complaint


@pytest.mark.parametrize("tool", ["gzip", "bzip2", "xz"])
def test_a_compressed_image_is_refused_with_what_to_do(filled: Path, tool: str) -> None:
    import bz2
    import gzip
    import lzma

    pack = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}[tool]
    path = filled.with_suffix(".packed")
    path.write_bytes(pack(filled.read_bytes()))
    assert found_in(path, "raw") == f"it is compressed ({tool})"
    with pytest.raises(VmrtError, match="Unpack it first"):
        refuse(inspect(str(path)), source="x")


def test_a_raw_disk_is_accepted(raw_disk: Path) -> None:
    header = inspect(str(raw_disk))
    assert (header.format, header.virtual_size) == ("raw", raw_disk.stat().st_size)
    assert complaints(header) == complaints(header, "raw") == []
    assert complaints(header, "qcow2") == ["it is raw, not qcow2"]


@pytest.mark.parametrize(
    ("offset", "mark"), [(512, b"EFI PART"), (1080, b"\x53\xef"), (65600, b"_BHRfS_M")]
)
def test_a_raw_disk_shows_by_its_table_or_file_system(
    tmp_path: Path, offset: int, mark: bytes
) -> None:
    path = tmp_path / "a.img"
    path.write_bytes(bytes(offset) + mark + bytes(2**17))
    assert inspect(str(path)).format == "raw"


def test_what_only_the_user_can_know_to_be_raw_is_accepted_from_them(tmp_path: Path) -> None:
    blank, cdrom = tmp_path / "blank", tmp_path / "cdrom"
    blank.write_bytes(bytes(4096))
    cdrom.write_bytes(bytes(510) + b"\x55\xaa" + bytes(32769 - 512) + b"CD001" + bytes(2048))
    assert found_in(blank, "raw") == found_in(cdrom, "raw") == ""
    assert found_in(cdrom) == "its format is iso"


def test_an_image_is_not_taken_for_raw(make_image: MakeImage) -> None:
    path = make_image("a.qcow2", "1M", "-u", "-b", "/etc/passwd", "-F", "raw")
    assert "it is qcow2, not raw" in found_in(path, "raw")


def test_all_complaints_are_told_at_once() -> None:
    header = ImageHeader("qcow2", 1, 2**60, "the backing file 'x'", True, ("it is odd",))
    assert len(complaints(header, "raw")) == 5


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path in (fifo, tmp_path, Path("/dev/zero")):
        with pytest.raises(VmrtError, match="not a regular file"):
            inspect(str(path))
    for missing in (str(tmp_path / "missing"), "/a\0b"):
        with pytest.raises(VmrtError, match="can't read") as caught:
            inspect(missing)
        assert caught.value.option == "source"
