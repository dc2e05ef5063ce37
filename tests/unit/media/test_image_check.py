# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_check import check
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    complaints,
    inspect,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

CLUSTER = 65536


def set_first_l1_entry(path: str | Path, value: int) -> None:
    with open(path, "r+b") as file:
        file.seek(40)
        (table,) = struct.unpack(">Q", file.read(8))
        file.seek(table)
        file.write(struct.pack(">Q", value))


def test_a_whole_image_passes(filled: Path) -> None:
    check(str(filled), "qcow2")


def test_a_truncated_image_is_found_although_its_header_is_whole(filled: Path) -> None:
    os.truncate(filled, filled.stat().st_size - 3 * CLUSTER)
    assert complaints(inspect(str(filled))) == []
    with pytest.raises(VmrtError, match="damaged or cut off") as caught:
        check(str(filled), "qcow2", source="http://example.org/a.qcow2")
    assert caught.value.option == "source"
    assert "http://example.org/a.qcow2" in str(caught.value)
    assert str(filled) not in str(caught.value)


@pytest.mark.parametrize("kept", range(1, 21))
def test_a_truncated_image_is_found_wherever_it_is_cut(filled: Path, kept: int) -> None:
    whole = filled.stat().st_size
    assert whole > kept * CLUSTER
    os.truncate(filled, kept * CLUSTER)
    found = complaints(inspect(str(filled)))
    if not found:
        with pytest.raises(VmrtError, match="damaged or cut off"):
            check(str(filled), "qcow2")


def test_an_image_that_qemu_cannot_open_is_damaged(filled: Path) -> None:
    with filled.open("r+b") as file:
        file.seek(36)
        file.write(struct.pack(">I", 0))  # no L1 entries for a disk that has data
    with pytest.raises(VmrtError, match=r"damaged or cut off: .*L1"):
        check(str(filled), "qcow2")


def test_a_corrupt_table_is_found(filled: Path) -> None:
    set_first_l1_entry(filled, 1 << 63 | 2**40)
    with pytest.raises(VmrtError, match="corruptions"):
        check(str(filled), "qcow2")


def test_leaked_clusters_are_let_pass(filled: Path) -> None:
    set_first_l1_entry(filled, 0)  # nothing points to the data any more
    check(str(filled), "qcow2")


def test_raw_has_nothing_to_check(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(b"x")
    check(str(path), "raw")


@pytest.mark.parametrize("name", ["--help", "nbd:unix:x", "json:{}", "a,b=c"])
def test_a_name_is_neither_an_option_nor_a_protocol(
    filled: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(filled.parent)
    filled.rename(name)
    check(name, "qcow2")
    set_first_l1_entry(name, 1 << 63 | 2**40)
    with pytest.raises(VmrtError, match="corruptions"):
        check(name, "qcow2")


def test_without_qemu_img_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(VmrtError, match=r"qemu-img is missing.* Install qemu-utils"):
        check(str(tmp_path / "a.qcow2"), "qcow2")


def test_a_check_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "qemu-img"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(VmrtError, match=r"took more than 0\.2 s"):
        check("/a.qcow2", "qcow2", timeout=0.2)
