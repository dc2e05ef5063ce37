# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import io
import os
import stat
from pathlib import Path
from typing import Any, Callable
from urllib.request import build_opener

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media import fetch as fetching
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

MakeImage = Callable[..., Path]


def fetch(*arguments: Any, **options: Any) -> fetching.FetchResult:
    """With an opener, where none is given; a module hands in Ansible's own."""
    options.setdefault("open_url", lambda url, timeout: build_opener().open(url, None, timeout))
    options.setdefault("sleep", lambda seconds: None)
    return fetching.fetch(*arguments, **options)


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    folder = tmp_path / "pool"
    folder.mkdir()
    return folder


@pytest.fixture
def disk(raw_disk: Path) -> bytes:
    return raw_disk.read_bytes()


def sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def refused(pool: Path, source: str, option: str, **rest: Any) -> str:
    """The message of the error, after which nothing new is in the pool."""
    before = {path.name: path.read_bytes() for path in pool.iterdir()}
    with pytest.raises(VmrtError) as caught:
        fetch(source, str(pool / "a.img"), **rest)
    assert caught.value.option == option
    assert {path.name: path.read_bytes() for path in pool.iterdir()} == before
    return str(caught.value)


def test_an_image_arrives_from_a_url(web: Any, pool: Path, filled: Path) -> None:
    content = filled.read_bytes()
    seen: list[tuple[int, int | None]] = []
    result = fetch(
        web.put("/a.qcow2", content),
        str(pool / "a.img"),
        checksum=sha256(content),
        image_format="qcow2",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert (result.path, result.size) == (str(pool / "a.img"), len(content))
    assert (result.format, result.checksum) == ("qcow2", sha256(content))
    assert result.virtual_size == 2**20
    assert seen[-1] == (len(content), len(content))
    assert [path.name for path in pool.iterdir()] == ["a.img"]
    assert (pool / "a.img").read_bytes() == content
    assert stat.S_IMODE((pool / "a.img").stat().st_mode) == 0o644


@pytest.mark.parametrize("prefix", ["", "file://", "file://localhost"])
def test_an_image_arrives_from_a_path(pool: Path, raw_disk: Path, disk: bytes, prefix: str) -> None:
    result = fetch(f"{prefix}{raw_disk}", str(pool / "a.img"))
    assert (result.format, result.virtual_size) == ("raw", len(disk))
    assert (pool / "a.img").read_bytes() == disk
    assert raw_disk.read_bytes() == disk


def test_an_image_of_unknown_length_arrives(web: Any, pool: Path, disk: bytes) -> None:
    seen: list[int | None] = []
    url = web.put("/a.img", disk, length=False)
    fetch(url, str(pool / "a.img"), progress=lambda _, total: seen.append(total))
    assert set(seen) == {None}
    assert (pool / "a.img").read_bytes() == disk


def test_an_older_image_is_replaced_whole(pool: Path, raw_disk: Path, disk: bytes) -> None:
    (pool / "a.img").write_bytes(b"older")
    with (pool / "a.img").open("rb") as reader:
        fetch(str(raw_disk), str(pool / "a.img"))
        assert reader.read() == b"older"
    assert (pool / "a.img").read_bytes() == disk


def test_redirects_are_followed(web: Any, pool: Path, disk: bytes) -> None:
    url = web.put("/real", disk)
    fetch(
        web.put("/a.img", status=302, headers={"Location": url}),
        str(pool / "a.img"),
        checksum=sha256(disk),
    )
    assert web.asked == ["/a.img", "/real"]
    assert (pool / "a.img").read_bytes() == disk


@pytest.mark.parametrize("form", ["{}  a%20b.img", "{} *a%20b.img", "SHA256 (a%20b.img) = {}"])
def test_a_checksum_file_names_the_image_by_its_url(
    web: Any, pool: Path, disk: bytes, form: str
) -> None:
    digest = hashlib.sha256(disk).hexdigest()
    listing = web.put(
        "/SUMS", f"{'0' * 64}  b\n{form}\n".replace("%20", " ").format(digest).encode()
    )
    url = web.put("/x/a%20b.img", disk)
    assert fetch(f"{url}?a=b", str(pool / "a.img"), checksum=listing).checksum == sha256(disk)
    assert web.asked == ["/SUMS", "/x/a%20b.img"]


def test_a_stronger_checksum_is_what_is_compared(pool: Path, raw_disk: Path, disk: bytes) -> None:
    checksum = f"sha512:{hashlib.sha512(disk).hexdigest()}"
    assert fetch(str(raw_disk), str(pool / "a.img"), checksum=checksum).checksum == checksum


def test_what_a_killed_run_left_is_taken_over(pool: Path, raw_disk: Path, disk: bytes) -> None:
    left = pool / ".a.img.part"
    left.write_bytes(b"x" * 2 * len(disk))
    left.chmod(0o666)
    fetch(str(raw_disk), str(pool / "a.img"))
    assert [path.name for path in pool.iterdir()] == ["a.img"]
    assert (pool / "a.img").read_bytes() == disk


def test_only_its_owner_can_read_it_on_the_way(pool: Path, raw_disk: Path) -> None:
    modes = []
    part = pool / ".a.img.part"
    fetch(
        str(raw_disk),
        str(pool / "a.img"),
        progress=lambda *_: modes.append(stat.S_IMODE(part.stat().st_mode)),
    )
    assert modes == [0o600]


def test_a_wrong_checksum_leaves_what_was_there(web: Any, pool: Path, disk: bytes) -> None:
    (pool / "a.img").write_bytes(b"older")
    url = web.put("/a.img", disk)
    message = refused(pool, url, "checksum", checksum=sha256(b"other"))
    assert sha256(disk) in message
    assert sha256(b"other") in message


def test_a_checksum_that_is_none_is_refused_before_anything_is_asked_for(
    web: Any, pool: Path, disk: bytes
) -> None:
    refused(pool, web.put("/a.img", disk), "checksum", checksum="md5:0")
    assert web.asked == []


@pytest.mark.parametrize(
    ("listing", "cause"),
    [
        ({"status": 404}, "HTTP status 404"),
        ({"body": b"<html>"}, "lists no"),
        ({"body": bytes(5 * 2**20)}, "too long"),
    ],
)
def test_a_checksum_file_that_does_not_help(
    web: Any, pool: Path, disk: bytes, listing: dict[str, Any], cause: str
) -> None:
    url, sums = web.put("/a.img", disk), web.put("/SUMS", **listing)
    assert cause in refused(pool, url, "checksum", checksum=sums)
    assert web.asked == ["/SUMS"]


@pytest.mark.parametrize("checked", [True, False])
def test_a_body_that_is_cut_off_is_refused(
    web: Any, pool: Path, disk: bytes, checked: bool
) -> None:
    url = web.put("/a.img", disk, length=len(disk) + 1)
    checksum = sha256(disk) if checked else None
    message = refused(pool, url, "source", checksum=checksum)
    assert f"ended after {len(disk)} of {len(disk) + 1} bytes" in message


def test_a_truncated_image_is_refused(web: Any, pool: Path, filled: Path) -> None:
    url = web.put("/a.qcow2", filled.read_bytes()[:-200000])
    assert "damaged or cut off" in refused(pool, url, "source")


@pytest.mark.parametrize("status", [206, 404, 500])
def test_a_reply_that_is_no_whole_image_is_refused(
    web: Any, pool: Path, disk: bytes, status: int
) -> None:
    url = web.put("/a.img", disk, status=status)
    assert f"HTTP status {status}" in refused(pool, url, "source")


def test_a_redirect_loop_is_refused(web: Any, pool: Path) -> None:
    url = web.put("/a.img", status=302, headers={"Location": "/a.img"})
    assert "can't get" in refused(pool, url, "source")


def test_a_web_page_is_refused(web: Any, pool: Path) -> None:
    url = web.put("/a.img", b"<!DOCTYPE html><title>Sorry</title>")
    assert "web page" in refused(pool, url, "source")


def test_a_server_that_is_not_there(web: Any, pool: Path) -> None:
    free = web.url.rpartition(":")[0] + ":1"
    assert "refused" in refused(pool, f"{free}/a.img", "source")


def test_an_image_with_a_backing_file_never_meets_qemu(
    make_image: MakeImage, pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = make_image("evil.qcow2", "1M", "-u", "-b", "/etc/passwd", "-F", "raw")
    # Not even found, qemu-img can't have been what refused it.
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "'/etc/passwd'" in refused(pool, str(evil), "source")


def test_a_medium_is_no_disk_in_another_format(pool: Path, tmp_path: Path) -> None:
    (tmp_path / "a.iso").write_bytes(bytes(32769) + b"CD001" + bytes(4096))
    message = refused(pool, str(tmp_path / "a.iso"), "source", image_format="qcow2")
    assert "its format is iso" in message


def test_what_is_named_raw_is_reported_as_raw(pool: Path, tmp_path: Path) -> None:
    (tmp_path / "blank").write_bytes(bytes(4096))
    result = fetch(str(tmp_path / "blank"), str(pool / "a.img"), image_format="raw")
    assert (result.format, result.virtual_size) == ("raw", 4096)


@pytest.mark.parametrize(
    "source",
    [
        "a.img",
        "../a.img",
        "",
        "ftp://example.org/a",
        "http:///a",
        "file://other/a",
        "http://[",
        "/",
    ],
)
def test_sources_that_are_none(pool: Path, source: str) -> None:
    refused(pool, source, "source")


def test_a_source_that_is_not_a_file(pool: Path, tmp_path: Path) -> None:
    assert "can't read" in refused(pool, str(tmp_path / "missing"), "source")
    assert "not a regular file" in refused(pool, "/dev/zero", "source")


@pytest.mark.parametrize("destination", ["a.img", "/", "{pool}/missing/a", "{pool}", "{pool}/.."])
def test_destinations_that_are_none(pool: Path, raw_disk: Path, destination: str) -> None:
    with pytest.raises(VmrtError) as caught:
        fetch(str(raw_disk), destination.format(pool=pool))
    assert caught.value.option == "destination"
    assert list(pool.iterdir()) == []


def test_a_link_in_the_way_is_not_followed(pool: Path, raw_disk: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (pool / ".a.img.part").symlink_to(victim)
    refused(pool, str(raw_disk), "destination")
    assert victim.read_bytes() == b"precious"


def test_two_runs_at_once_do_not_mix(pool: Path, raw_disk: Path) -> None:
    with (pool / ".a.img.part").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write(b"half")
        other.flush()
        assert "another run" in refused(pool, str(raw_disk), "destination")


def test_a_run_that_finishes_between_open_and_lock_keeps_its_image(
    pool: Path, raw_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock

    def finish_first(descriptor: int, how: int) -> None:
        (pool / ".a.img.part").write_bytes(b"finished")
        (pool / ".a.img.part").rename(pool / "a.img")
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", finish_first)
    with pytest.raises(VmrtError, match="another run"):
        fetch(str(raw_disk), str(pool / "a.img"))
    assert (pool / "a.img").read_bytes() == b"finished"


class Opened(io.BytesIO):
    """A reply as an injected opener may give it."""

    def __init__(self, body: bytes, url: str = "", **headers: str):
        super().__init__(body)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.url = url

    def geturl(self) -> str:
        return self.url


def test_the_opener_that_is_handed_in_is_used(pool: Path, disk: bytes) -> None:
    asked = []

    def open_url(url: str, timeout: float) -> Opened:
        asked.append((url, timeout > 0))
        return Opened(disk, url, Content_Length=str(len(disk)))

    fetch("https://example.org/a.img", str(pool / "a.img"), open_url=open_url)
    assert asked == [("https://example.org/a.img", True)]
    assert (pool / "a.img").read_bytes() == disk


def test_the_length_of_what_was_unpacked_on_the_way_is_not_compared(
    pool: Path, disk: bytes
) -> None:
    packed = str(len(gzip.compress(disk)))
    fetch(
        "http://example.org/a.img",
        str(pool / "a.img"),
        open_url=lambda url, timeout: Opened(
            disk, url, Content_Length=packed, Content_Encoding="gzip"
        ),
    )
    assert (pool / "a.img").read_bytes() == disk


def test_a_redirect_to_plain_http_needs_a_checksum(pool: Path, disk: bytes) -> None:
    def open_url(url: str, timeout: float) -> Opened:
        return Opened(disk, "http://mirror.example.org/a.img")

    url = "https://example.org/a.img"
    assert "not encrypted" in refused(pool, url, "source", open_url=open_url)
    fetch(url, str(pool / "a.img"), open_url=open_url, checksum=sha256(disk))


def test_whatever_the_opener_raises_is_told_without_secrets(pool: Path) -> None:
    class OpenersOwnError(Exception):
        pass

    def open_url(url: str, timeout: float) -> Opened:
        raise OpenersOwnError("certificate verify failed")

    message = refused(
        pool, "https://ann:hunter2@example.org/a.img?token=hunter3", "source", open_url=open_url
    )
    assert "https://example.org/a.img: certificate verify failed" in message
    assert "hunter" not in message


def test_a_connection_that_breaks_is_told(pool: Path) -> None:
    class Breaks(Opened):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))

    message = refused(
        pool, "http://example.org/a", "source", open_url=lambda url, timeout: Breaks(b"", url)
    )
    assert "broke off: Connection reset by peer" in message


def test_no_room_is_told_and_leaves_nothing(pool: Path, raw_disk: Path) -> None:
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        message = refused(pool, str(raw_disk), "destination")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"can't write in {pool}" in message


def test_an_interrupt_leaves_nothing(pool: Path, raw_disk: Path) -> None:
    def interrupt(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(str(raw_disk), str(pool / "a.img"), progress=interrupt)
    assert list(pool.iterdir()) == []
