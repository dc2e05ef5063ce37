# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images whose load is interrupted, does not fit, or would leave its pool."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

MIB = 2**20
CONTENT = bytes(510) + b"\x55\xaa" + bytes(range(256)) * (6 * 4096)
DIGEST = hashlib.sha512(CONTENT).hexdigest()
URL = "http://127.0.0.1:8089"
# /once breaks after 3 MiB the first time, /slow takes its time, /endless does not tell its size.
# Each request is a line in the log: its path, or its URL where this is the proxy, and the range.
SERVER = f"""
import http.server, re, time
CONTENT = bytes(510) + b"\\x55\\xaa" + bytes(range(256)) * (6 * 4096)
asked = set()
class Shaky(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("/srv/shaky.log", "a") as log:
            print(self.path, self.headers.get("Range"), file=log)
        if self.path.endswith("SUMS"):
            self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n{DIGEST}  once.raw\\n")
            return
        part = re.match(r"bytes=(\\d+)-", self.headers.get("Range", ""))
        begin = int(part[1]) if part and self.headers.get("If-Range") == '"one"' else 0
        rest = CONTENT[begin:]
        self.send_response(206 if begin else 200)
        self.send_header("ETag", '"one"')
        if "endless" not in self.path:
            self.send_header("Content-Length", len(rest))
        if begin:
            size = len(CONTENT)
            self.send_header("Content-Range", f"bytes {{begin}}-{{size - 1}}/{{size}}")
        self.end_headers()
        if "once" in self.path and self.path not in asked:
            asked.add(self.path)
            rest = rest[:3 * 2**20]
        while rest:
            self.wfile.write(rest[:2**20])
            rest = rest[2**20:]
            time.sleep(0.8 if "slow" in self.path else 0)
http.server.ThreadingHTTPServer(("127.0.0.1", 8089), Shaky).serve_forever()
"""
# Kills whoever writes the part of an image, once 2 MiB of it are there.
KILLER = """
import glob, os, signal, time
part = "/var/lib/libvirt/images/.it-killed.raw.part"
while not (os.path.exists(part) and os.path.getsize(part) > 2 * 2**20):
    time.sleep(0.05)
for link in glob.glob("/proc/[0-9]*/fd/*"):
    if os.path.islink(link) and os.readlink(link) == part:
        os.kill(int(link.split("/")[2]), signal.SIGKILL)
"""
POOL = task("pool", name="default", state="active")
STORED = "cd /var/lib/libvirt/images && ls -A | grep it- || true"


def test_an_interrupted_load_goes_on(lab: Any, tmp_path: Path) -> None:
    for name, text in (("shaky.py", SERVER), ("killer.py", KILLER)):
        (tmp_path / name).write_text(text)
        lab.nodes[0].copy_to(tmp_path / name, f"/srv/{name}")
    once = {"name": "it-once.raw", "url": f"{URL}/once.raw", "checksum": "SHA512SUMS"}
    killed = {"name": "it-killed.raw", "url": f"{URL}/slow.raw"}
    beyond = {"name": "it-beyond.raw", "url": "http://images.invalid/far.raw"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        served=shell(
            "systemd-run --quiet --unit=shaky python3 /srv/shaky.py; "
            "systemd-run --quiet --unit=killer python3 /srv/killer.py; sleep 1"
        ),
        before=picture(),
        predicted=check("image", **once, transport={"retries": 0}),
        after=picture(),
        broken=task("image", **once, transport={"retries": 0}),
        waiting=shell(f"{STORED}; stat -c %s:%a /var/lib/libvirt/images/.it-once.raw.part"),
        volumes=shell("virsh vol-list default"),
        resumed=task("image", **once),
        again=task("image", **once),
        retried=task("image", name="it-more.raw", url=f"{URL}/once2.raw"),
        killed=task("image", **killed),
        left=shell(STORED),
        whole=task("image", **killed),
        proxied=task("image", **beyond, transport={"proxy": URL}),
        direct=task(
            "image",
            **{**beyond, "name": "it-direct.raw"},
            transport={"use_proxy": False, "retries": 0},
        ),
        asked=shell("cat /srv/shaky.log"),
        content=shell("cd /var/lib/libvirt/images; sha512sum it-*.raw"),
        stored=shell(STORED),
        gone=shell(
            "systemctl stop shaky; cd /var/lib/libvirt/images; rm it-*.raw /srv/shaky* "
            "/srv/killer.py; virsh pool-refresh default"
        ),
    )
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert "broke off" in refused(seen["broken"], "url") or "ended after" in seen["broken"]["msg"]
    assert seen["waiting"]["stdout_lines"] == [".it-once.raw.part", f"{3 * MIB}:600"]
    assert verbs(seen["resumed"]) == ["fetch_image"]
    assert seen["predicted"]["actions"] == seen["resumed"]["actions"]
    assert not seen["again"]["changed"]
    for name in ("retried", "whole", "proxied"):
        assert verbs(seen[name]) == ["fetch_image"]
    assert seen["killed"]["failed"]
    assert seen["left"]["stdout_lines"][0] == ".it-killed.raw.part"
    refused(seen["direct"], "url")
    asked = [line.split() for line in seen["asked"]["stdout_lines"]]
    ranges = {path: [end for name, end in asked if name == path] for path, _end in asked}
    assert ranges["/once.raw"] == ["None", f"bytes={3 * MIB}-"]
    assert ranges["/once2.raw"] == ["None", f"bytes={3 * MIB}-"]
    first, second = ranges["/slow.raw"]
    assert first == "None"
    assert int(second[6:-1]) > 2 * MIB
    assert ranges["http://images.invalid/far.raw"] == ["None"]
    assert [line.split() for line in seen["content"]["stdout_lines"]] == [
        [DIGEST, f"it-{name}.raw"] for name in ("beyond", "killed", "more", "once")
    ]
    assert ".part" not in seen["stored"]["stdout"]


def test_what_does_not_fit_and_what_would_leave_its_pool(lab: Any, tmp_path: Path) -> None:
    (tmp_path / "shaky.py").write_text(SERVER)
    lab.nodes[0].copy_to(tmp_path / "shaky.py", "/srv/shaky.py")
    good = f"{URL}/good.raw"
    seen = play(
        lab,
        tmp_path,
        served=shell("systemd-run --quiet --unit=shaky python3 /srv/shaky.py; sleep 1"),
        mounted=shell("mkdir /srv/small; mount -t tmpfs -o size=4m tmpfs /srv/small"),
        pool=task("pool", name="it-small", target="/srv/small", state="active"),
        told=task("image", name="it-full.raw", pool="it-small", url=good),
        endless=task("image", name="it-full.raw", pool="it-small", url=f"{URL}/endless.raw"),
        half=shell("mount -o remount,size=8m /srv/small"),
        converted=task("image", name="it-full.raw", pool="it-small", url=good, format="qcow2"),
        left=shell("ls -A /srv/small"),
        more=shell("mount -o remount,size=16m /srv/small"),
        fits=task("image", name="it-full.raw", pool="it-small", url=f"{URL}/endless.raw"),
        parent=task("image", name="../it-x.raw", pool="it-small", url=good),
        absolute=check("image", name="/srv/it-x.raw", pool="it-small", url=good),
        links=shell(
            "echo precious > /srv/victim; cd /srv/small; "
            "ln -s /srv/nowhere it-link.raw; ln -s /srv/victim .it-part.raw.part"
        ),
        link=task("image", name="it-link.raw", pool="it-small", url=good),
        part=task("image", name="it-part.raw", pool="it-small", url=good),
        found=shell(
            "cat /srv/victim; find /srv /srv/small -maxdepth 1 -type f -regextype egrep"
            r" -regex '.*it-(full|link|part|x)\.raw.*'"
        ),
        gone=shell(
            "systemctl stop shaky; virsh pool-destroy it-small; virsh pool-undefine it-small; "
            "umount /srv/small; rm -r /srv/small /srv/victim /srv/shaky*; ls /srv"
        ),
    )
    assert "6 MiB more, and 4 MiB are free" in refused(seen["told"], "pool")
    for name in ("endless", "converted"):
        assert "Make room in the pool" in refused(seen[name], "pool")
    assert seen["left"]["stdout"] == ""
    assert verbs(seen["fits"]) == verbs(seen["link"]) == ["fetch_image"]
    refused(seen["parent"], "name")
    refused(seen["absolute"], "name")
    refused(seen["part"], "pool")
    assert seen["found"]["stdout_lines"][0] == "precious"
    assert sorted(seen["found"]["stdout_lines"][1:]) == [
        "/srv/small/it-full.raw",
        "/srv/small/it-link.raw",
    ]
