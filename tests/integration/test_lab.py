# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab itself: apart from other labs, gone without trace, and with guests that behave."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab import fixtures

LAB = Path(fixtures.__file__).with_name("lab")

PORTS = 8 * '<controller type="pci" model="pcie-root-port"/>'
TINY = f"""\
<domain type="qemu">
  <name>tiny</name>
  <memory unit="MiB">192</memory>
  <os><type machine="q35">hvm</type></os>
  <features><acpi/></features>
  <devices>
    <controller type="pci" model="pcie-root"/>
    {PORTS}
    <disk type="file">
      <driver name="qemu" type="qcow2"/>
      <source file="/var/lib/libvirt/images/lab-tiny.qcow2"/>
      <target dev="vda" bus="virtio"/>
    </disk>
    <interface type="network"><source network="default"/><model type="virtio"/></interface>
    <serial type="pty"><log file="/var/log/libvirt/qemu/lab-tiny.log"/></serial>
  </devices>
</domain>
"""


def lab_command(*words: str, **options) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    return subprocess.run(
        [str(LAB), *words], capture_output=True, text=True, check=False, **options
    )


def read(path: Path) -> str:
    """The text of a file of /proc; nothing if its process has gone."""
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def traces(identifier: str) -> dict[str, list[str]]:
    """What there is of a lab on this machine, by kind; kinds without any are left out."""
    folder, name = f"vmrt-lab-{identifier}", f"vmrt-{identifier}"
    namespaces = [path for path in Path("/run/netns").glob("*") if path.name.startswith(name)]
    inodes = {os.stat(path).st_ino for path in namespaces}
    processes, mounts = [], []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            inside = os.stat(process / "ns/net").st_ino in inodes
        except OSError:
            continue
        if inside or folder in read(process / "cmdline"):
            processes.append(read(process / "cmdline"))
        mounts += [line for line in read(process / "mountinfo").splitlines() if folder in line]
    found = {
        "folders": [str(path) for path in Path("/var/tmp").glob(f"{folder}*")],
        "namespaces": [path.name for path in namespaces],
        "processes": processes,
        "mounts": mounts,
        "control groups": [str(path) for path in Path("/sys/fs/cgroup").glob(f"*/{name}*")],
    }
    return {kind: things for kind, things in found.items() if things}


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Wait until the condition holds, or fail the test."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"no {what} within {seconds} s"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def pair(make_lab: Callable[..., fixtures.RunningLab]) -> fixtures.RunningLab:
    """A second lab beside the session's, with two nodes."""
    return make_lab(nodes=2)


def test_inventory_is_what_ansible_needs(lab: fixtures.RunningLab) -> None:
    printed = lab_command("inventory", "--id", lab.id)
    assert printed.stdout == lab.inventory_path.read_text()
    said = lab.run(
        ["ansible", "vmrt_nodes", "-i", str(lab.inventory_path), "-m", "ansible.builtin.ping"]
    )
    assert "node1" in said.stdout
    assert "pong" in said.stdout


def test_a_node_is_a_machine_of_its_own(lab: fixtures.RunningLab) -> None:
    (node,) = lab.nodes
    assert node.ssh("hostname").stdout == "node1\n"
    assert node.ssh("cat /proc/1/comm").stdout == "systemd\n"
    assert node.ssh("systemctl --failed --no-legend").stdout == ""
    assert node.ssh("test -e /dev/kvm", check=False).returncode == 1
    assert node.ssh("test -c /dev/net/tun").returncode == 0
    capabilities = node.virsh("capabilities").stdout
    machine_id = node.ssh("cat /etc/machine-id").stdout.strip()
    assert f"<uuid>{machine_id}" in capabilities.replace("-", "")


def test_labs_do_not_see_each_other(lab: fixtures.RunningLab, pair: fixtures.RunningLab) -> None:
    probe = "import socket, sys; socket.create_connection((sys.argv[1], 22), 2)"
    every = [(where, node) for where in (lab, pair) for node in where.nodes]
    for where in (lab, pair):
        for home, node in every:
            reached = where.run(["python3", "-c", probe, node.address], check=False)
            assert (reached.returncode == 0) == (where is home), reached.stderr
    identities = {
        node.ssh("cat /etc/machine-id /etc/ssh/*_key.pub").stdout for _rest, node in every
    }
    assert len(identities) == 3


def test_the_machine_itself_sees_no_node(lab: fixtures.RunningLab) -> None:
    links = subprocess.run(["ip", "-o", "addr"], capture_output=True, text=True, check=True)
    network = lab.nodes[0].address.rpartition(".")[0]
    assert network not in links.stdout
    assert network in lab.run(["ip", "-o", "addr"]).stdout


def test_nodes_log_into_each_other(pair: fixtures.RunningLab) -> None:
    first, second = pair.nodes
    assert first.ssh("ssh -o BatchMode=yes node2 hostname").stdout == "node2\n"
    assert second.ssh("ssh -o BatchMode=yes node1 hostname").stdout == "node1\n"


def test_a_node_ends_and_comes_back(pair: fixtures.RunningLab) -> None:
    first, second = pair.nodes
    second.ssh("touch /root/kept; ip link add name br7 type bridge; systemd-run -q sleep 1000")
    second.end()
    assert second.ssh("true", check=False).returncode == 255
    assert first.ssh("ping -c1 -W1 node2", check=False).returncode != 0
    second.boot()
    assert second.ssh("cat /root/kept && hostname").stdout == "node2\n"
    assert second.ssh("ls /sys/class/net; pgrep sleep", check=False).stdout == "eth0\nlo\n"
    assert first.ssh("ssh -o BatchMode=yes node2 hostname").stdout == "node2\n"


def test_up_leaves_a_lab_that_is_up_alone(lab: fixtures.RunningLab) -> None:
    boot = lab.nodes[0].ssh("cat /proc/sys/kernel/random/boot_id; stat -c %Z /proc/1").stdout
    assert "was up already" in lab_command("up", "--id", lab.id).stdout
    refused = lab_command("up", "--id", lab.id, "--nodes", "3")
    assert refused.returncode == 1
    assert "take it down first" in refused.stderr
    again = lab.nodes[0].ssh("cat /proc/sys/kernel/random/boot_id; stat -c %Z /proc/1").stdout
    assert again == boot


def test_down_leaves_nothing(make_lab: Callable[..., fixtures.RunningLab]) -> None:
    lab = make_lab(nodes=2)
    left_running = subprocess.Popen([str(LAB), "run", "--id", lab.id, "--", "sleep", "1000"])
    wait_for(lambda: "sleep" in read(Path(f"/proc/{left_running.pid}/comm")), "sleep in the lab")
    assert {"folders", "namespaces", "processes", "mounts"} <= traces(lab.id).keys()
    assert lab_command("down", "--id", lab.id).returncode == 0
    assert left_running.wait(timeout=5) == -signal.SIGKILL
    assert traces(lab.id) == {}
    assert "there was nothing" in lab_command("down", "--id", lab.id).stdout


@pytest.mark.parametrize("moment", ["folders", "namespaces", "processes", "mounts"])
def test_down_after_up_was_killed(moment: str) -> None:
    identifier = f"pytest-{os.getpid()}-killed"
    up = subprocess.Popen(
        [str(LAB), "up", "--id", identifier, "--nodes", "2"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: moment in traces(identifier), moment)
        up.kill()
        up.wait()
        assert moment in traces(identifier)
        down = lab_command("down", "--id", identifier)
        assert (down.returncode, down.stderr) == (0, "")
        assert traces(identifier) == {}
    finally:
        lab_command("down", "--id", identifier)


def test_a_killed_build_leaves_no_process_and_is_cleaned_up(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    build = subprocess.Popen(
        [str(LAB), "image", "tiny"], env=environment, stderr=subprocess.DEVNULL
    )

    def processes() -> list[str]:
        lines = [read(path / "cmdline") for path in Path("/proc").glob("[0-9]*")]
        return [line for line in lines if str(tmp_path) in line and "mmdebstrap" in line]

    wait_for(processes, "mmdebstrap")
    build.kill()
    build.wait()
    wait_for(lambda: not processes(), "end of mmdebstrap", 5)
    folder = tmp_path / "vmrt" / "lab"
    assert list(folder.glob("tiny.building-*"))
    script = (
        f"import sys; sys.path.insert(0, {str(LAB.parent)!r}); from vmrt_lab.cache import cached;"
        "print(cached('tiny', 'new', lambda folder: (folder / 'done').touch()))"
    )
    again = [sys.executable, "-c", script]
    said = subprocess.run(again, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == str(folder / "tiny-new")
    assert {path.name for path in folder.iterdir()} == {"tiny-new", "tiny.lock"}


def test_bad_words_get_one_clear_line() -> None:
    for words, expected in [
        (["up", "--id", "../etc"], "--id '../etc'"),
        (["run", "--id", "nobody", "--", "true"], "the lab nobody is not up"),
        (["inventory", "--id", "nobody"], "lab up --id nobody"),
    ]:
        said = lab_command(*words)
        assert said.returncode == 1
        assert expected in said.stderr
        assert said.stderr.count("\n") == 1


def test_a_bare_node_can_become_one(make_lab: Callable[..., fixtures.RunningLab]) -> None:
    (node,) = make_lab(bare=True).nodes
    assert node.ssh("command -v virsh qemu-img", check=False).stdout == ""
    plan = node.ssh(
        "apt-get update -q && apt-get install --simulate libvirt-daemon-system qemu-system-x86"
    )
    assert "Inst libvirt-daemon-system " in plan.stdout
    assert node.ssh("python3 -c 'import apt'").returncode == 0


@pytest.fixture(scope="module")
def guest(node: fixtures.RunningNode, tiny_image: Path) -> Iterator[Callable[[], str]]:
    """A running tiny guest on the node; the value reads what it said on its serial console."""
    node.copy_to(tiny_image, "/var/lib/libvirt/images/lab-tiny.qcow2")
    node.ssh(f"cat > /root/lab-tiny.xml <<'END'\n{TINY}END")
    network_was_off = node.virsh("net-start", "default", check=False).returncode == 0
    node.virsh("create", "/root/lab-tiny.xml")
    yield lambda: node.ssh("cat /var/log/libvirt/qemu/lab-tiny.log").stdout
    node.virsh("destroy", "tiny", check=False)
    if network_was_off:
        node.virsh("net-destroy", "default")
    node.ssh("rm -f /var/lib/libvirt/images/lab-tiny* /var/log/libvirt/qemu/lab-tiny.log")


def test_the_tiny_guest_gets_an_address(
    guest: Callable[[], str], node: fixtures.RunningNode
) -> None:
    wait_for(lambda: "nic eth0 address 192.168.122." in guest(), "address", 60)
    assert "VMRT-TINY READY" in guest()
    address = guest().partition("nic eth0 address ")[2].split()[0]
    assert f"{address}/24" in node.virsh("domifaddr", "tiny").stdout


def test_the_tiny_guest_sees_devices_come_and_go(
    guest: Callable[[], str], node: fixtures.RunningNode
) -> None:
    wait_for(lambda: "VMRT-TINY READY" in guest(), "guest", 60)
    data = "/var/lib/libvirt/images/lab-tiny-data.raw"
    node.ssh(f"truncate -s 64M {data}")
    node.virsh("attach-disk", "tiny", data, "vdb", "--subdriver", "raw")
    nic = ["network", "--mac", "52:54:00:00:00:02"]
    node.virsh("attach-interface", "tiny", "--source", "default", "--model", "virtio", *nic)
    wait_for(lambda: "disk vdb added" in guest(), "disk")
    wait_for(lambda: "nic eth1 address" in guest(), "second address")
    node.virsh("blockresize", "tiny", "vdb", "128M")
    wait_for(lambda: f"disk vdb resized to {128 * 1024**2}" in guest(), "new size")
    node.virsh("detach-disk", "tiny", "vdb")
    node.virsh("detach-interface", "tiny", *nic)
    wait_for(lambda: "disk vdb removed" in guest(), "removal of the disk")
    wait_for(lambda: "nic eth1 removed" in guest(), "removal of the NIC")


def test_the_tiny_guest_powers_off_on_acpi(
    guest: Callable[[], str], node: fixtures.RunningNode
) -> None:
    wait_for(lambda: "VMRT-TINY READY" in guest(), "guest", 60)
    node.virsh("shutdown", "tiny", "--mode", "acpi")
    wait_for(lambda: "tiny" not in node.virsh("list", "--name").stdout, "power-off")
    assert "VMRT-TINY POWERING OFF" in guest()
