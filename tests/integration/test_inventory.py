# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two nodes as inventory, beside what is declared of them; drift; and what nobody declares goes.

The tests build on each other in their order.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MAC = "52:54:00:00:0f:01"
NETWORK = {
    "name": "inv-net",
    "mode": "nat",
    "addresses": [
        {
            "address": "198.51.100.1",
            "prefix": 24,
            "dhcp": {"ranges": [{"start": "198.51.100.100", "end": "198.51.100.150"}]},
        }
    ],
}
DISKS = [{"name": "root", "pool": "default", "size": "16MiB"}]
FLEET: dict[str, Any] = {
    "vmrt_nodes": {"vars": {"vmrt_pools": [{"name": "default", "target": "/srv/inv"}]}},
    "vmrt_vms": {
        "vars": {"vmrt_hypervisor": "qemu", "vmrt_memory": "64MiB", "vmrt_disks": DISKS},
        "hosts": {
            # Its image is larger than the disks of the others.
            "inv-web1": {
                "vmrt_node": "node1",
                "vmrt_state": "running",
                "vmrt_disks": [{"name": "root", "pool": "default"}],
            },
            "inv-old1": {"vmrt_node": "node2"},
        },
    },
}


@pytest.fixture(scope="module")
def nodes(make_lab: Callable[..., Any]) -> Any:
    return make_lab(nodes=2)


@pytest.fixture(scope="module")
def files(nodes: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an inventory plugin's file; what is at node3's address is no node."""
    folder = tmp_path_factory.mktemp("inventory")
    query = f"keyfile={nodes.definition.key}&no_verify=1&no_tty=1"
    uris = {node.name: f"qemu+ssh://root@{node.address}/system?{query}" for node in nodes.nodes}
    found = {"plugin": "vmrt.libvirt.fleet", "nodes": uris, "timeout": 20}
    (folder / "found.vmrt.yml").write_text(json.dumps(found))
    gone = nodes.nodes[0].address.rpartition(".")[0] + ".99"
    away = {**uris, "node3": f"qemu+ssh://root@{gone}/system?{query}"}
    (folder / "away.vmrt.yml").write_text(json.dumps({**found, "nodes": away}))
    (folder / "strict.vmrt.yml").write_text(json.dumps({**found, "nodes": away, "strict": True}))
    return folder


def listed(nodes: Any, *sources: Any, check: bool = True) -> tuple[Any, str]:
    """What AWX would read, with its command line and environment; and the messages."""
    words = [word for source in sources for word in ("-i", str(source))]
    command = ["ansible-inventory", "--list", "--export", *words]
    environment = {"ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"}
    done = nodes.run(command, check=False, env=environment)
    assert (done.returncode == 0) == check, done.stderr
    return json.loads(done.stdout) if check else None, " ".join(done.stderr.split())


def declare(folder: Path, fleet: dict[str, Any]) -> str:
    (folder / "fleet.yml").write_text(json.dumps(fleet))
    return str(folder / "fleet.yml")


def playbook(nodes: Any, folder: Path, name: str, *words: str, **options: Any) -> Any:
    book = f"vmrt.libvirt.{name}"
    return nodes.ansible_playbook("-i", str(folder / "fleet.yml"), book, *words, **options)


def test_what_nodes_have_becomes_hosts(nodes: Any, files: Path, tiny_image: Path) -> None:
    first = nodes.nodes[0]
    first.copy_to(tiny_image, "/srv/tiny.qcow2")
    image = {"name": "inv-tiny.qcow2", "pool": "default", "path": "/srv/tiny.qcow2"}
    web = {
        "name": "inv-web1",
        "hypervisor": "qemu",
        "memory": "128MiB",
        "state": "running",
        "labels": {"tier": "front end", "note": "{{ lookup('pipe', 'id') }}"},
        "disks": [{"name": "root", "pool": "default", "image": "inv-tiny.qcow2"}],
        "nics": [{"name": "lan", "network": "inv-net", "mac": MAC}],
        "serials": [{"name": "console"}],
        "force": True,
        "stop_timeout": 1,
    }
    old = {"name": "inv-old1", "hypervisor": "qemu", "memory": "64MiB", "disks": DISKS}
    pool = {"name": "default", "target": "/srv/inv", "state": "active", "autostart": True}
    network = {**NETWORK, "state": "active"}
    for node, wish in (
        ("node1", {"images": [image], "networks": [network], "vms": [web]}),
        ("node2", {"vms": [old, {**old, "name": "inv-old2"}]}),
    ):
        task = {"vmrt.libvirt.fleet": {"pools": [pool], **wish}}
        (files / "make.yml").write_text(
            # What looks like a template is none here.
            json.dumps([{"hosts": node, "gather_facts": False, "tasks": [task]}]).replace(
                "{{ lookup('pipe', 'id') }}", "{{ '{{' }} lookup('pipe', 'id') {{ '}}' }}"
            )
        )
        nodes.ansible_playbook(str(files / "make.yml"))
    end = time.monotonic() + 120
    while MAC not in first.virsh("net-dhcp-leases", "inv-net").stdout:
        assert time.monotonic() < end, "the guest asked for no address"
        time.sleep(2)

    told, messages = listed(nodes, files / "found.vmrt.yml")
    assert "WARNING" not in messages
    hosts = told["_meta"]["hostvars"]
    assert set(hosts) == {"inv-web1", "inv-old1", "inv-old2"}
    web1 = hosts["inv-web1"]
    assert web1["ansible_host"].startswith("198.51.100.1")
    assert f"-l root {first.address}" in web1["ansible_ssh_common_args"]
    assert web1["vmrt_memory"] == "128MiB"
    assert web1["vmrt_node"] == "node1"
    assert web1["vmrt_disks"][0]["image"] == "inv-tiny.qcow2"
    assert web1["vmrt_labels"]["note"] == {"__ansible_unsafe": "{{ lookup('pipe', 'id') }}"}
    assert told["vmrt_state_running"]["hosts"] == ["inv-web1"]
    assert told["vmrt_node_node2"]["hosts"] == ["inv-old1", "inv-old2"]
    assert told["vmrt_network_inv_net"]["hosts"] == ["inv-web1"]
    assert told["vmrt_label_tier_front_end"]["hosts"] == ["inv-web1"]
    assert set(told["vmrt_undeclared"]["hosts"]) == set(hosts)


def test_a_node_that_is_away(nodes: Any, files: Path) -> None:
    told, messages = listed(nodes, files / "away.vmrt.yml")
    assert "A node is away, and its vms are not known. node3: " in messages
    assert "inv-web1" in told["_meta"]["hostvars"]
    _nothing, messages = listed(nodes, files / "strict.vmrt.yml", check=False)
    assert "Not all nodes can be read: node3: " in messages
    assert "Traceback" not in messages


def test_what_is_kept_is_not_asked_for_again(nodes: Any, files: Path) -> None:
    second = nodes.nodes[1]
    found = json.loads((files / "found.vmrt.yml").read_text())
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile"}
    kept |= {"cache_connection": str(files / "cache"), "cache_timeout": 600}
    file = files / "kept.vmrt.yml"
    file.write_text(json.dumps({**found, **kept}))
    first, _messages = listed(nodes, file)
    second.virsh("desc", "--config", "inv-old2", "--title", "inv-title")
    again, _messages = listed(nodes, file)
    assert again == first
    nodes.run(["ansible-inventory", "--list", "--flush-cache", "-i", str(file)])
    told, _messages = listed(nodes, file)
    assert told["_meta"]["hostvars"]["inv-old2"]["vmrt_title"] == "inv-title"


def test_a_node_answers_by_tls(nodes: Any, files: Path, tmp_path: Path) -> None:
    """Libvirt of the node knows the controller by a certificate, and the other way round."""
    second = nodes.nodes[1]
    tls = tmp_path / "tls"
    tls.mkdir()
    certificate(tls, "ca", "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign")
    for name, usage in (("server", "serverAuth"), ("client", "clientAuth")):
        address = f"subjectAltName=IP:{second.address}"
        certificate(tls, name, "basicConstraints=CA:FALSE", f"extendedKeyUsage={usage}", address)
    second.ssh("mkdir -p /etc/pki/CA /etc/pki/libvirt/private")
    second.copy_to(tls / "cacert.pem", "/etc/pki/CA/cacert.pem")
    second.copy_to(tls / "servercert.pem", "/etc/pki/libvirt/servercert.pem")
    second.copy_to(tls / "serverkey.pem", "/etc/pki/libvirt/private/serverkey.pem")
    second.ssh("systemctl stop libvirtd && systemctl start libvirtd-tls.socket libvirtd")

    uri = f"qemu+tls://{second.address}/system?pkipath={tls}"
    found = {"plugin": "vmrt.libvirt.fleet", "strict": True, "nodes": {"node2": uri}}
    (files / "tls.vmrt.yml").write_text(json.dumps(found))
    told, messages = listed(nodes, files / "tls.vmrt.yml")
    assert "WARNING" not in messages
    assert told["vmrt_node_node2"]["hosts"] == ["inv-old1", "inv-old2"]
    (tls / "cacert.pem").unlink()
    _nothing, messages = listed(nodes, files / "tls.vmrt.yml", check=False)
    assert "Not all nodes can be read: node2: " in messages
    assert "cacert.pem" in messages


def certificate(folder: Path, name: str, *extensions: str) -> None:
    """A certificate and its key, signed by the first one."""
    own = [f"{folder}/{name}key.pem", f"{folder}/{name}cert.pem"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"]
    signer = (
        [] if name == "ca" else ["-CA", f"{folder}/cacert.pem", "-CAkey", f"{folder}/cakey.pem"]
    )
    added = [word for extension in extensions for word in ("-addext", extension)]
    command = ["openssl", "req", "-x509", *kind, "-keyout", own[0], "-out", own[1]]
    subprocess.run([*command, "-subj", f"/CN={name}", *signer, *added], check=True, text=True)


def test_drift_is_told_and_what_is_not_declared_goes(nodes: Any, files: Path) -> None:
    _first, second = nodes.nodes
    fleet = declare(files, FLEET)
    told, _messages = listed(nodes, nodes.inventory_path, fleet, files / "found.vmrt.yml")
    assert told["vmrt_undeclared"]["hosts"] == ["inv-old2"]
    web = told["_meta"]["hostvars"]["inv-web1"]
    assert web["vmrt_real"]["memory"] == "128MiB"
    assert "vmrt_memory" not in web, "what is declared of a group would no longer count"

    before = [node.ssh("virsh list --all; ls /srv/inv").stdout for node in nodes.nodes]
    page, data = files / "drift.html", files / "drift.json"
    report = ["-e", f"html={page}", "-e", f"json={data}"]
    playbook(nodes, files, "drift", *report)
    found = json.loads(data.read_text())
    kinds = {one["name"]: one["drift"] for one in found["vms"]}
    assert kinds == {"inv-web1": "change", "inv-old1": "same", "inv-old2": "undeclared"}
    web = next(one for one in found["vms"] if one["name"] == "inv-web1")
    assert "memory: 128MiB -> 64MiB" in web["what"]
    room = found["nodes"][0]
    assert room["vcpus"] == 1
    assert room["memory"] > room["memory_used"] == 128 * 2**20
    assert room["storage"][0]["capacity"] > room["storage"][0]["used"] > 0
    assert "inv-old2" in page.read_text()

    failed = playbook(nodes, files, "drift", "-e", "strict=true", check=False)
    assert failed.returncode != 0
    assert "The fleet differs from what is declared." in failed.stdout

    foreseen = playbook(nodes, files, "prune", "--check")
    assert "inv-old2" in foreseen.stdout
    after = [node.ssh("virsh list --all; ls /srv/inv").stdout for node in nodes.nodes]
    assert before == after, "something was changed that was only to be told"
    playbook(nodes, files, "prune")
    assert second.virsh("list", "--all", "--name").stdout.split() == ["inv-old1"]
    assert "inv-old2-root.qcow2" in second.ssh("ls /srv/inv").stdout
    again = playbook(nodes, files, "prune")
    assert "changed=0" in again.stdout
    assert "Nothing goes." in again.stdout
