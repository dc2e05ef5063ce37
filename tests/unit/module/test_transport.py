# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images from a server that wants to know who asks, and that has to show who it is."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.fetch import fetch
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import transport_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.module import open_url
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

DISK = bytes(510) + b"\x55\xaa" + bytes(4096)
LOGIN = "Basic " + base64.b64encode(b"ann:hunter2").decode()
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate with its key, which vouches for itself: of the server and of who asks."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers.get("Authorization") == LOGIN
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(DISK) if known else 0))
            self.end_headers()
            self.wfile.write(DISK if known else b"")

        def log_message(self, *_: Any) -> None:
            """Nothing: the test tells what matters."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    made.socket = context.wrap_socket(made.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"https://localhost:{made.server_port}/a.img"
    made.shutdown()
    thread.join()
    made.server_close()


@needs_openssl
def test_certificates_and_a_user(server: str, certificate: Path, tmp_path: Path) -> None:
    whole = {
        "use_proxy": False,
        "retries": 1,
        "ca_path": str(certificate),
        "client_cert": str(certificate),
        "username": "ann",
        "password": "hunter2",
    }
    pauses: list[float] = []

    def load(**changed: Any) -> Any:
        given = {name: value for name, value in {**whole, **changed}.items() if value is not None}
        return fetch(
            server,
            str(tmp_path / "a.img"),
            open_url=open_url,
            transport=transport_of(given),
            sleep=pauses.append,
        )

    assert load().size == len(DISK)
    assert load(ca_path=None, validate_certs=False).size == len(DISK)
    assert pauses == []
    # What does not pass by itself is not tried again.
    for changed, cause in (
        ({"ca_path": None}, "certificate verify failed"),
        ({"ca_path": "/nowhere.pem"}, "No such file"),
        ({"password": "hunter3"}, "HTTP status 401"),
    ):
        with pytest.raises(VmrtError, match=cause) as caught:
            load(**changed)
        assert "hunter" not in str(caught.value)
        assert pauses == []
    with pytest.raises(VmrtError):
        load(client_cert=None)
