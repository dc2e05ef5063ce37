# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sample images made by the real qemu-img, and a web server that misbehaves on request."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable

import pytest

MakeImage = Callable[..., Path]


@pytest.fixture
def make_image(tmp_path: Path) -> MakeImage:
    """``make_image(name, size, *options)``: a new image, by ``qemu-img create``."""
    if not shutil.which("qemu-img"):
        pytest.skip("qemu-img is not installed (Debian: qemu-utils)")

    def make(name: str, size: str = "16M", *options: str, image_format: str = "qcow2") -> Path:
        path = tmp_path / name
        command = ["qemu-img", "create", "-q", "-f", image_format, *options, str(path), size]
        subprocess.run(command, check=True)
        return path

    return make


@pytest.fixture
def filled(make_image: MakeImage) -> Path:
    """A qcow2 image with data in it."""
    path = make_image("filled.qcow2")
    raw = path.with_suffix(".raw")
    raw.write_bytes(bytes(range(256)) * 4096)
    command = ["qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", str(raw), str(path)]
    subprocess.run(command, check=True)
    raw.unlink()
    return path


@pytest.fixture
def raw_disk(tmp_path: Path) -> Path:
    """A raw disk that has a partition table's signature."""
    path = tmp_path / "disk.raw"
    path.write_bytes(bytes(510) + b"\x55\xaa" + bytes(2**20 - 512))
    return path


@dataclass
class Reply:
    """What the server answers: ``length`` claims another Content-Length, False sends none."""

    body: bytes = b""
    status: int = 200
    length: int | bool | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Web:
    """A web server of one test: ``replies`` by path, ``asked`` lists the paths it was asked for."""

    url: str
    replies: dict[str, Reply]
    asked: list[str]

    def put(self, path: str, body: bytes = b"", **rest: Any) -> str:
        """Serve ``body`` at ``path``; the answer is the URL."""
        self.replies[path] = Reply(body, **rest)
        return self.url + path


@pytest.fixture
def web() -> Iterator[Web]:
    replies: dict[str, Reply] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            reply = replies.get(path, Reply(status=404))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.length is not False:
                self.send_header("Content-Length", str(reply.length or len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the test tells what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Web(f"http://127.0.0.1:{server.server_port}", replies, asked)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    """A folder of which files can carry marks."""
    folder = tmp_path / "pool"
    folder.mkdir()
    os.chmod(folder, 0o755)
    probe = folder / "probe"
    probe.touch()
    try:
        os.setxattr(probe, "user.vmrt.probe", b"")
    except OSError:
        pytest.skip("the temporary folder's file system has no extended attributes")
    probe.unlink()
    return folder
