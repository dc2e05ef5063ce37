# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images on a real node: from the controller, the node and a server, and those that are refused."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

URL = "http://127.0.0.1:8087"
POOL = task("pool", name="default", state="active")
SERVE = shell(
    "systemd-run --quiet --unit=images python3 -m http.server 8087 --bind 127.0.0.1 "
    f"--directory /srv/images && for i in $(seq 50); do curl -s {URL} && break; "
    f"python3 -c 'import urllib.request as u; u.urlopen(\"{URL}\")' && break; sleep 0.1; done"
)
STOP = shell("systemctl stop images; rm -rf /srv/images /srv/whole")
STORED = shell("ls -A /var/lib/libvirt/images; ls -A /root/.ansible/tmp")


def test_an_image_from_the_controller_travels_once(
    lab: Any, tiny_image: Path, tmp_path: Path
) -> None:
    source = tmp_path / "copy.qcow2"
    shutil.copy(tiny_image, source)
    wish = {"name": "it-src.qcow2", "src": str(source), "format": "qcow2"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        before=picture(),
        predicted=check("image", **wish),
        between=picture(),
        made=task("image", **wish),
        stored=STORED,
        content=shell("sha256sum /var/lib/libvirt/images/it-src.qcow2"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["fetch_image"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    assert seen["made"]["image"]["file"] == "/var/lib/libvirt/images/it-src.qcow2"
    assert seen["made"]["image"]["format"] == "qcow2"
    assert "copy.qcow2" not in seen["stored"]["stdout"]
    digest = hashlib.sha256(tiny_image.read_bytes()).hexdigest()
    assert seen["content"]["stdout"].startswith(digest)

    source.unlink()
    again = play(
        lab,
        tmp_path,
        again=task("image", **wish),
        without=task("image", name="it-src.qcow2"),
        new=task("image", **{**wish, "name": "it-other.qcow2"}),
        new_in_check=check("image", **{**wish, "name": "it-other.qcow2"}),
        ended=task("image", name="it-src.qcow2", state="absent"),
        gone=task("image", name="it-src.qcow2", state="absent"),
        stored=STORED,
    )
    assert not again["again"]["changed"]
    assert not again["without"]["changed"]
    assert "no file" in refused(again["new"], "src")
    assert again["new_in_check"]["msg"] == again["new"]["msg"]
    assert verbs(again["ended"]) == ["delete_volume"]
    assert not again["gone"]["changed"]
    assert "it-" not in again["stored"]["stdout"]


def test_images_from_the_node_and_from_a_server(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    lab.nodes[0].ssh("mkdir -p /srv/images")
    lab.nodes[0].copy_to(tiny_image, "/srv/images/tiny.qcow2")
    digest = hashlib.sha256(tiny_image.read_bytes()).hexdigest()
    listed = {"url": f"{URL}/tiny.qcow2", "checksum": f"{URL}/SHA256SUMS"}
    wrong = {"name": "it-bad.qcow2", "checksum": "sha256:" + 64 * "0"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        sums=shell("cd /srv/images && sha256sum tiny.qcow2 > SHA256SUMS"),
        served=SERVE,
        predicted=check("image", name="it-url.qcow2", **listed),
        unread=shell("journalctl --quiet --unit=images --output=cat | grep -c tiny.qcow2 || true"),
        url=task("image", name="it-url.qcow2", **listed),
        path=task(
            "image",
            name="it-path.qcow2",
            path="/srv/images/tiny.qcow2",
            checksum=f"sha256:{digest}",
        ),
        node=task("node_info"),
        before=picture(),
        bad_url=task("image", url=f"{URL}/tiny.qcow2", **wrong),
        bad_path=task("image", path="/srv/images/tiny.qcow2", **wrong),
        bad_path_in_check=check("image", path="/srv/images/tiny.qcow2", **wrong),
        bad_src=task("image", src=str(tiny_image), **wrong),
        missing=task("image", name="it-bad.qcow2", url=f"{URL}/nothing.qcow2"),
        silent=task(
            "image",
            name="it-bad.qcow2",
            url="http://127.0.0.1:9/x.qcow2",
            transport={"retries": 0},
        ),
        after=picture(),
        stopped=STOP,
        url_again=task("image", name="it-url.qcow2", **listed),
        url_end=task("image", name="it-url.qcow2", state="absent"),
        path_end=task("image", name="it-path.qcow2", state="absent"),
    )
    assert verbs(seen["url"]) == ["fetch_image"]
    assert seen["predicted"]["actions"] == seen["url"]["actions"]
    assert seen["unread"]["stdout"] == "0"
    assert verbs(seen["path"]) == ["fetch_image"]
    (pool,) = [one for one in seen["node"]["node"]["storage"] if one["name"] == "default"]
    images = {one["name"]: one["size"] for one in pool["images"]}
    assert images["it-url.qcow2"] == images["it-path.qcow2"] == seen["url"]["image"]["size"]
    for name in ("bad_url", "bad_path", "bad_path_in_check", "bad_src"):
        assert digest in refused(seen[name], "checksum")
    assert "404" in refused(seen["missing"], "url")
    assert "refused" in refused(seen["silent"], "url")
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert not seen["url_again"]["changed"]
    assert verbs(seen["url_end"]) == verbs(seen["path_end"]) == ["delete_volume"]


MAKE_BAD = """
mkdir -p /srv/bad && cd /srv/bad
cp /etc/passwd base.raw && qemu-img create -q -f qcow2 -b /etc/passwd -F raw backing.qcow2 1M
qemu-img create -q -f qcow2 whole.qcow2 64M && qemu-io -c 'write 0 8M' whole.qcow2 > /dev/null
head -c 1000000 whole.qcow2 > cut.qcow2
echo '<html>not found</html>' > page.qcow2
mkfifo pipe
"""


def test_what_is_no_image_never_enters_a_pool(lab: Any, tmp_path: Path) -> None:
    bad = ("backing", "cut", "page")
    tried = {
        f"{name}{mode.__name__}": mode("image", name="it-bad.qcow2", path=f"/srv/bad/{name}.qcow2")
        for name in bad
        for mode in (task, check)
    }
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        made=shell(MAKE_BAD),
        before=picture(),
        **tried,
        pipe=task("image", name="it-bad.qcow2", path="/srv/bad/pipe"),
        pool_parent=task("image", name="it-bad.qcow2", pool="..", path="/srv/bad/whole.qcow2"),
        name_slash=check("image", name="a/b", path="/srv/bad/whole.qcow2"),
        no_pool=task("image", name="it-bad.qcow2", pool="none", path="/srv/bad/whole.qcow2"),
        two=task("image", name="it-bad.qcow2", path="/srv/x", url=f"{URL}/x"),
        after=picture(),
        ended=shell("rm -r /srv/bad"),
    )
    for name in bad:
        assert seen[f"{name}task"]["msg"] == seen[f"{name}check"]["msg"]
        assert "refused" in refused(seen[f"{name}task"], "path") or name == "cut"
    assert "/etc/passwd" in seen["backingtask"]["msg"]
    assert "not a regular file" in refused(seen["pipe"], "path")
    refused(seen["pool_parent"], "pool")
    refused(seen["name_slash"], "name")
    assert "there is no pool 'none'" in refused(seen["no_pool"], "pool")
    assert "mutually exclusive" in seen["two"]["msg"]
    assert seen["before"]["stdout"] == seen["after"]["stdout"]


MAKE_OTHERS = """
mkdir -p /srv/others && cd /srv/others
truncate -s 16M disk.raw && printf '\\125\\252' | dd of=disk.raw bs=1 seek=510 conv=notrunc
dd if=/dev/urandom of=disk.raw bs=1M seek=8 count=1 conv=notrunc
qemu-img convert -f raw -O vmdk -o subformat=streamOptimized disk.raw disk.vmdk
python3 -c 'import lzma as l; l.open("disk.vmdk.xz", "w").write(open("disk.vmdk", "rb").read())'
python3 -c 'import bz2 as b; b.open("disk.raw.bz2", "w").write(open("disk.raw", "rb").read())'
gzip -k disk.raw && zstd -q disk.raw && sha256sum disk.* > SHA256SUMS
printf '# Disk DescriptorFile\\nversion=1\\ncreateType="monolithicFlat"\\n' > evil.vmdk
echo 'RW 2048 FLAT "/etc/passwd" 0' >> evil.vmdk
"""
COMPARE = (
    "cd /var/lib/libvirt/images; for each in it-vmdk.qcow2 it-gz.raw it-bz2.raw it-zst.raw "
    "it-qcow2.qcow2; do "
    "qemu-img compare -f raw -F ${each##*.} /srv/others/disk.raw $each; done"
)


def test_what_is_packed_or_of_another_kind(lab: Any, tmp_path: Path) -> None:
    beside = {"checksum": "SHA256SUMS"}
    packed = {"name": "it-vmdk.qcow2", "path": "/srv/others/disk.vmdk.xz", **beside}
    unpacked = {
        way: task("image", name=f"it-{way}.raw", path=f"/srv/others/disk.raw.{way}", **beside)
        for way in ("gz", "bz2", "zst")
    }
    converted = {"name": "it-qcow2.qcow2", "path": "/srv/others/disk.raw", "format": "qcow2"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        made=shell(MAKE_OTHERS),
        before=picture(),
        packed_check=check("image", **packed),
        converted_check=check("image", **converted),
        evil=task("image", name="it-evil.qcow2", path="/srv/others/evil.vmdk"),
        after=picture(),
        packed=task("image", **packed),
        **unpacked,
        converted=task("image", **converted),
        again=task("image", **packed),
        compared=shell(COMPARE),
        stored=STORED,
        gone=shell("rm -r /srv/others /var/lib/libvirt/images/it-*; virsh pool-refresh default"),
    )
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    kinds = {"packed": "qcow2", "converted": "qcow2", **dict.fromkeys(unpacked, "raw")}
    for name, kind in kinds.items():
        assert verbs(seen[name]) == ["fetch_image"]
        assert (seen[name]["image"]["format"], seen[name]["image"]["size"]) == (kind, "16MiB")
    for name in ("packed", "converted"):
        assert seen[f"{name}_check"]["actions"] == seen[name]["actions"]
        assert seen[f"{name}_check"]["diff"] == seen[name]["diff"]
    assert not seen["again"]["changed"]
    assert seen["compared"]["stdout_lines"] == ["Images are identical."] * len(kinds)
    assert "it would read other files" in refused(seen["evil"], "path")
    assert ".part" not in seen["stored"]["stdout"]


# Half a MiB every 0.4 seconds.
SLOW = """
import http.server, time
SIZE = 9 * 2**20
class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", SIZE)
        self.end_headers()
        for _piece in range(18):
            time.sleep(0.4)
            self.wfile.write(bytes(SIZE // 18))
http.server.ThreadingHTTPServer(("127.0.0.1", 8088), Slow).serve_forever()
"""
SLOW_URL = "http://127.0.0.1:8088/slow.raw"


def told(folder: Path, name: str) -> list[int]:
    """How many per cent of an image had arrived, as one line after the other said."""
    lines = (folder / "output.txt").read_text().splitlines()
    pattern = re.compile(rf"images?: .*default/{re.escape(name)} (\d+) of 9 MiB \((\d+) %\)$")
    found = [match for match in map(pattern.match, lines) if match]
    assert all(abs(int(one[1]) - 0.09 * int(one[2])) <= 1 for one in found)
    return [int(one[2]) for one in found]


def test_a_long_load_is_told_while_it_goes_on(lab: Any, tmp_path: Path) -> None:
    server = tmp_path / "slow.py"
    server.write_text(SLOW)
    lab.nodes[0].copy_to(server, "/srv/slow.py")
    source = tmp_path / "large.raw"
    source.write_bytes(bytes(range(256)) * 4096 * 10)
    slow = {"url": SLOW_URL, "format": "raw"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        served=shell("systemd-run --quiet --unit=slow python3 /srv/slow.py; sleep 1"),
        predicted=check("image", name="it-slow.raw", progress=True, **slow),
        image=task("image", name="it-slow.raw", progress=True, **slow),
        again=task("image", name="it-slow.raw", progress=True, **slow),
        silent=task("image", name="it-silent.raw", **slow),
        fleet=task("fleet", images=[{"name": "it-many.raw", **slow}], progress=True),
        stopped=shell("systemctl stop slow; rm /srv/slow.py"),
        failed=task("image", name="it-lost.raw", progress=True, transport={"retries": 0}, **slow),
        sent=task("image", name="it-sent.raw", progress=True, src=str(source), format="raw"),
        content=shell("sha256sum /var/lib/libvirt/images/it-sent.raw"),
        left=STORED,
        gone=shell("rm /var/lib/libvirt/images/it-*.raw; virsh pool-refresh default"),
    )
    assert seen["predicted"]["actions"] == seen["image"]["actions"]
    assert seen["predicted"]["diff"] == seen["image"]["diff"]
    assert verbs(seen["image"]) == verbs(seen["silent"]) == ["fetch_image"]
    assert not seen["again"]["changed"]
    assert seen["fleet"]["shared"]["images"]["default/it-many.raw"]["changed"]
    for name in ("it-slow.raw", "it-many.raw"):
        shares = told(tmp_path, name)
        # It takes seven seconds, and there is at most a line every two.
        assert 1 <= len(shares) <= 4, shares
        assert shares == sorted(set(shares))
    assert not told(tmp_path, "it-silent.raw")
    assert "refused" in refused(seen["failed"], "url")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert seen["content"]["stdout"].startswith(digest)
    assert "it-lost" not in seen["left"]["stdout"]
    assert "large.raw" not in seen["left"]["stdout"]
