# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.fetch import fetch
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import (
    Transport,
    transport_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

URL = "https://ann:secret@example.org/a.img?token=secret"
MIB = 2**20


class Answer(BytesIO):
    """What a server says, up to where the connection breaks."""

    def __init__(self, body: bytes, breaks: bool, status: int, headers: dict[str, str]):
        super().__init__(body)
        self.breaks, self.status, self.headers = breaks, status, headers

    def read(self, size: int | None = -1) -> bytes:
        got = super().read(size)
        if not got and self.breaks:
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        return got


@dataclass
class Server:
    """A server that breaks off each answer after so many bytes, as long as there are numbers."""

    body: bytes
    breaks: list[int] = field(default_factory=list)
    tag: str | None = '"one"'
    asked: list[tuple[str | None, str | None]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    # Does it answer a request for a part, and does it look at what the part is of?
    parts: bool = True
    blind: bool = False

    def open(self, url: str, headers: dict[str, str] | None = None, **told: Any) -> Answer:
        self.told.append(told)
        wanted = headers or {}
        self.asked.append((wanted.get("Range"), wanted.get("If-Range")))
        begin = re.match(r"bytes=(\d+)-", wanted.get("Range", ""))
        same = self.blind or wanted.get("If-Range") == self.tag
        after = int(begin[1]) if begin and self.parts and same else 0
        rest = self.body[after:]
        said = {"Content-Length": str(len(rest)), **({"ETag": self.tag} if self.tag else {})}
        if after:
            said["Content-Range"] = f"bytes {after}-{len(self.body) - 1}/{len(self.body)}"
        cut = self.breaks.pop(0) if self.breaks else None
        return Answer(rest[:cut], cut is not None, 206 if after else 200, said)

    def load(self, pool: Path, **options: Any) -> None:
        target = str(pool / "a.img")
        fetch(URL, target, open_url=self.open, sleep=self.pauses.append, **options)

    def fails(self, pool: Path, **options: Any) -> str:
        with pytest.raises(VmrtError) as caught:
            self.load(pool, **options)
        assert caught.value.option == "source"
        assert "secret" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def disk() -> bytes:
    return bytes(510) + b"\x55\xaa" + bytes(range(256)) * (4 * 4096)


def once(**more: Any) -> dict[str, Any]:
    return {"transport": Transport(retries=0, **more)}


def test_a_broken_load_goes_on_where_it_was(pool: Path, disk: bytes) -> None:
    server = Server(disk, [MIB, 0, 100])
    seen: list[int] = []
    server.load(pool, progress=lambda done, total: seen.append(done))
    assert (pool / "a.img").read_bytes() == disk
    assert server.asked == [
        (None, None),
        (f"bytes={MIB}-", '"one"'),
        (f"bytes={MIB}-", '"one"'),
        (f"bytes={MIB + 100}-", '"one"'),
    ]
    # The first attempt brought much, so that the count began anew.
    assert server.pauses == [1, 2, 4]
    assert seen == sorted(set(seen))


def test_the_next_run_goes_on(pool: Path, disk: bytes) -> None:
    server = Server(disk, [2 * MIB])
    assert "broke off: Connection reset by peer. Run again." in server.fails(pool, **once())
    assert [path.name for path in pool.iterdir()] == [".a.img.part"]
    assert (pool / ".a.img.part").stat().st_mode & 0o777 == 0o600
    server.load(pool)
    assert server.asked[1] == (f"bytes={2 * MIB}-", '"one"')
    assert (pool / "a.img").read_bytes() == disk
    assert [path.name for path in pool.iterdir()] == ["a.img"]


def test_one_that_was_all_there_is_not_loaded_again(pool: Path, disk: bytes) -> None:
    server = Server(disk, [len(disk)])
    server.fails(pool, **once())
    server.load(pool)
    assert server.asked[1][0] == f"bytes={len(disk) - 1}-"
    assert (pool / "a.img").read_bytes() == disk


@pytest.mark.parametrize("parts", [True, False])
def test_another_file_is_loaded_from_its_start(pool: Path, disk: bytes, parts: bool) -> None:
    Server(disk, [2 * MIB]).fails(pool, **once())
    newer = disk[:MIB] + bytes(4 * MIB)
    server = Server(newer, tag='"two"', parts=parts)
    server.load(pool)
    assert (pool / "a.img").read_bytes() == newer


def test_a_server_that_sends_a_part_of_another_file_is_not_believed(
    pool: Path, disk: bytes
) -> None:
    Server(disk, [2 * MIB]).fails(pool, **once())
    newer = bytes(510) + b"\x55\xaa" + bytes(5 * MIB)
    server = Server(newer, tag='"two"', blind=True)
    server.load(pool)
    assert server.asked[-1] == (None, None)
    assert (pool / "a.img").read_bytes() == newer


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_mark_of_the_file_nothing_is_kept(
    pool: Path, disk: bytes, tag: str | None
) -> None:
    server = Server(disk, [2 * MIB], tag=tag)
    server.fails(pool, **once())
    assert list(pool.iterdir()) == []


def test_of_another_url_nothing_is_taken_over(pool: Path, disk: bytes) -> None:
    Server(disk, [2 * MIB]).fails(pool, **once())
    server = Server(disk)
    fetch("https://example.org/b.img", str(pool / "a.img"), open_url=server.open)
    assert server.asked == [(None, None)]


def test_it_is_tried_so_many_times(pool: Path, disk: bytes) -> None:
    server = Server(disk, [0] * 9)
    server.fails(pool, transport=Transport(retries=6))
    assert server.pauses == [1, 2, 4, 8, 16, 30]
    assert list(pool.iterdir()) == []


def test_a_damaged_load_is_not_kept(pool: Path, disk: bytes) -> None:
    server = Server(disk)
    with pytest.raises(VmrtError, match="not sha256:0000"):
        server.load(pool, checksum="sha256:" + 64 * "0")
    assert server.pauses == []
    assert list(pool.iterdir()) == []


def test_what_does_not_fit_is_refused_before_it_is_loaded(
    pool: Path, disk: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstatvfs

    def full(descriptor: int) -> os.statvfs_result:
        values = list(real(descriptor))
        values[4] = 1
        return os.statvfs_result(values)

    monkeypatch.setattr(os, "fstatvfs", full)
    with pytest.raises(VmrtError, match=r"takes 4 MiB more, and 0 MiB are free\. Nothing was kept"):
        Server(disk).load(pool)
    assert list(pool.iterdir()) == []


def test_what_an_opener_is_told(pool: Path, disk: bytes) -> None:
    server = Server(disk)
    given = {"timeout": 5, "proxy": "http://proxy:3128", "validate_certs": False, "username": "ann"}
    server.load(pool, transport=transport_of(given))
    (told,) = server.told
    assert told == {
        "timeout": 5,
        "proxy": "http://proxy:3128",
        "validate_certs": False,
        "url_username": "ann",
        "force_basic_auth": True,
    }
    assert transport_of(None).options == {"timeout": 60}
