# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two names of one image are one file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import arrival
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.fetch import fetch
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file


def refuses(url: str, **options: Any) -> Any:
    pytest.fail(f"{url} was asked for")


def load(source: Path | str, target: Path, **options: Any) -> Any:
    return fetch(str(source), str(target), open_url=refuses, **options)


def same(one: Path, other: Path) -> bool:
    return os.path.samefile(one, other)


def test_how_an_image_came_is_kept_with_it(pool: Path, filled: Path) -> None:
    content = filled.read_bytes()
    result = load(filled, pool / "a", checksum=f"sha512:{hashlib.sha512(content).hexdigest()}")
    came = arrival(str(pool / "a"))
    assert came is not None
    assert (came.source, came.format, came.own, came.names) == (str(filled), "qcow2", "qcow2", 1)
    assert came.digests == {
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
    }
    assert result.format == "qcow2"
    assert arrival(str(filled)) is arrival(str(pool)) is arrival(str(pool / "none")) is None
    (pool / "link").symlink_to(pool / "a")
    assert arrival(str(pool / "link")) is None


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_one_that_is_there_is_not_loaded_again(pool: Path, filled: Path, algorithm: str) -> None:
    checksum = f"{algorithm}:{hashlib.new(algorithm, filled.read_bytes()).hexdigest()}"
    first = load(filled, pool / "a", checksum=checksum)
    second = load("https://example.org/b.qcow2", pool / "b", checksum=checksum)
    assert (second.size, second.format) == (first.size, first.format)
    assert same(pool / "a", pool / "b")
    assert arrival(str(pool / "a")) == arrival(str(pool / "b"))
    assert sorted(path.name for path in pool.iterdir()) == ["a", "b"]
    (pool / "a").unlink()
    assert (pool / "b").read_bytes() == filled.read_bytes()


def test_without_a_checksum_it_is_known_once_it_is_loaded(pool: Path, filled: Path) -> None:
    load(filled, pool / "a")
    load(filled, pool / "b")
    assert same(pool / "a", pool / "b")
    assert sorted(path.name for path in pool.iterdir()) == ["a", "b"]


def test_another_format_is_another_file(pool: Path, filled: Path) -> None:
    for name, wanted in (("a", None), ("b", "raw"), ("c", "qcow2"), ("d", "raw")):
        load(filled, pool / name, image_format=wanted)
    assert same(pool / "a", pool / "c")
    assert same(pool / "b", pool / "d")
    assert not same(pool / "a", pool / "b")


@pytest.mark.parametrize("how", ["written", "in use"])
def test_what_is_written_to_is_not_shared(pool: Path, filled: Path, how: str) -> None:
    load(filled, pool / "a")
    if how == "written":
        with (pool / "a").open("ab") as file:
            file.write(b"more")
    load(filled, pool / "b", may_share=lambda path: how == "written")
    assert not same(pool / "a", pool / "b")
    assert (pool / "b").read_bytes() == filled.read_bytes()


@pytest.mark.parametrize("mark", [b"", b"{}", b"[]", b'{"written": 1}', b"\xff"])
def test_a_mark_that_is_none_is_no_mark(pool: Path, filled: Path, mark: bytes) -> None:
    load(filled, pool / "a")
    os.setxattr(pool / "a", "user.vmrt.image", mark)
    assert arrival(str(pool / "a")) is None
    load(filled, pool / "b")
    assert not same(pool / "a", pool / "b")


def test_without_extended_attributes_each_is_a_file(
    pool: Path, filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*arguments: Any) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", unsupported)
    load(filled, pool / "a")
    load(filled, pool / "b")
    assert not same(pool / "a", pool / "b")
    assert arrival(str(pool / "a")) is None
    with part_file(str(pool / "c")) as part:
        part.note({"source": "x"})
        assert part.origin == {}
