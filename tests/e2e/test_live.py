# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Debian guest, changed in more than twenty ways while it runs, and seen from inside.

It boots once. The tests build on each other in their order.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import MIB, parse_size
from tests.integration.play import Task, check, play, refused, shell, task, verbs

NAME = "e2e-live"
IMAGES = "/var/lib/libvirt/images"
LOG = f"/var/log/libvirt/qemu/{NAME}-console.log"
NETWORK: dict[str, Any] = {
    "name": "e2e-live",
    "state": "active",
    "mode": "isolated",
    "addresses": [
        {
            "address": "192.168.160.1",
            "prefix": 24,
            "dhcp": {"ranges": [{"start": "192.168.160.100", "end": "192.168.160.199"}]},
        }
    ],
}
# Debian leaves it to its user whether a processor and memory that come are used at once.
SEED = {
    "hostname": NAME,
    "user_data": {
        "write_files": [
            {
                "path": "/etc/udev/rules.d/50-hotplug.rules",
                "content": 'SUBSYSTEM=="cpu", ACTION=="add", ATTR{online}="1"\n'
                'SUBSYSTEM=="memory", ACTION=="add", ATTR{state}="online_movable"\n',
            }
        ],
        "runcmd": [
            ["udevadm", "control", "--reload"],
            ["mkdir", "-p", "/mnt/disc", "/mnt/share"],
        ],
    },
}
FIRST: dict[str, Any] = {
    "name": NAME,
    "state": "running",
    "machine": "q35",
    "vcpus": 1,
    "max_vcpus": 4,
    "cpu": {"mode": "maximum", "numa_cells": [{"cpus": "0-3", "memory": "768MiB"}]},
    "memory_hotplug": {"maximum": "3GiB", "slots": 4},
    "memory_backing": {"source": "memfd", "access": "shared"},
    "on_crash": "preserve",
    "panics": [{"name": "panic", "model": "isa"}],
    "disks": [
        {"name": "root", "size": "4GiB", "image": "e2e-live.qcow2", "serial": "root"},
        {"name": "grows", "size": "64MiB", "serial": "grows"},
        {"name": "leaves", "size": "16MiB", "serial": "leaves"},
    ],
    "cdroms": [
        {"name": "changes", "path": f"{IMAGES}/e2e-live-a.iso", "bus": "scsi"},
        {"name": "empties", "path": f"{IMAGES}/e2e-live-a.iso", "bus": "scsi"},
    ],
    "nics": [
        {"name": "lan", "network": "e2e-live", "mac": "52:54:00:e2:e0:01"},
        {"name": "leaving", "network": "e2e-live", "mac": "52:54:00:e2:e0:02"},
    ],
    "serials": [{"name": "console", "log": LOG}],
    "graphics": [{"type": "vnc", "password": "one-two"}],
    "cloud_init": SEED,
}
# Each of these is another option, and none has to wait.
CHANGED: dict[str, Any] = {
    "name": NAME,
    "title": "A guest that is changed",
    "description": "It runs all the time.",
    "labels": {"tier": "live"},
    "autostart": True,
    "on_reboot": "restart",
    "on_poweroff": "destroy",
    "vcpus": 3,
    "cpu_tune": {"emulator_pin": "0", "vcpu_pins": [{"vcpu": 0, "cpus": "1"}]},
    "io_threads": 2,
    "memory": "832MiB",
    "memory_devices": [
        {"name": "whole", "model": "dimm", "size": "128MiB", "node": 0},
        {"name": "parts", "size": "256MiB", "requested": "128MiB", "node": 0, "block": "2MiB"},
    ],
    "balloon": {"statistics_period": 2},
    "disks": [
        {"name": "root", "size": "5GiB", "io_limits": {"total_iops": 5000}},
        {"name": "grows", "size": "96MiB"},
        {"name": "leaves", "state": "absent"},
        {"name": "comes", "size": "32MiB", "serial": "comes"},
        {"name": "slow", "size": "8MiB", "serial": "slow", "bus": "scsi"},
    ],
    "cdroms": [
        {"name": "changes", "path": f"{IMAGES}/e2e-live-b.iso"},
        {"name": "empties", "path": ""},
    ],
    "nics": [
        {"name": "lan", "link": "down"},
        {"name": "leaving", "state": "absent"},
        {"name": "coming", "network": "e2e-live", "mac": "52:54:00:e2:e0:03", "mtu": 1400},
    ],
    "filesystems": [{"name": "share", "path": "/srv/e2e-live", "driver": "virtiofs"}],
    "inputs": [{"name": "tablet", "type": "tablet", "bus": "virtio"}],
    "channels": [{"name": "data", "type": "pty", "target": "org.example.data"}],
    "rng": {"rate": {"bytes": 4096, "period": 1000}},
    "graphics": [{"type": "vnc", "password": "two-one"}],
    "wait_timeout": 60,
}
# What a guest sees of all that, as one JSON.
LOOK = r"""
import glob, json, os, subprocess, time
def read(path):
    try:
        return open(path).read().strip()
    except OSError:
        return ""
def memory():
    size = int(read("/sys/devices/system/memory/block_size_bytes"), 16)
    states = [read(path) for path in glob.glob("/sys/devices/system/memory/memory*/state")]
    return size * states.count("online") // 2**20
nics = {read(f"{path}/address"): {"link": read(f"{path}/carrier"), "mtu": read(f"{path}/mtu")}
        for path in glob.glob("/sys/class/net/e*")}
disks = {path.rpartition("_")[2].rpartition("-")[2]: int(read(
             f"/sys/class/block/{os.path.basename(os.path.realpath(path))}/size")) * 512 // 2**20
         for path in glob.glob("/dev/disk/by-id/*") if "part" not in path and "CD-ROM" not in path}
print(json.dumps({
    "boot": read("/proc/sys/kernel/random/boot_id"),
    "uptime": float(read("/proc/uptime").split()[0]),
    "cpus": read("/proc/cpuinfo").count("processor\t"),
    "memory": memory(),
    "free_to_use": int(read("/proc/meminfo").split()[1]) // 1024,
    "disks": disks,
    "discs": sorted(os.listdir("/dev/disk/by-label")),
    "nics": nics,
    "inputs": read("/proc/bus/input/devices").count("QEMU Virtio Tablet"),
    "channels": sorted(os.listdir("/dev/virtio-ports")),
}))
"""


# Writes a log of which each line tells whether all lines before it are as they were.
WRITER = """
import hashlib, os, time
known = ""
with open("/var/lib/e2e-log", "w") as log:
    for number in range(10 ** 9):
        known = hashlib.sha256(f"{known} {number}".encode()).hexdigest()
        print(number, known, file=log, flush=True)
        os.fsync(log.fileno())
        time.sleep(0.05)
"""
# How many lines it has, all of them as they were written.
READER = """
import hashlib
known, number = "", -1
for number, line in enumerate(open("/var/lib/e2e-log")):
    known = hashlib.sha256(f"{known} {number}".encode()).hexdigest()
    assert line == f"{number} {known}\\n", (number, line)
print(number + 1)
"""


def inside(command: str, **options: Any) -> Task:
    """A command of the guest, through its agent."""
    argv = ["sh", "-c", command]
    return task("vm_guest", name=NAME, operation="exec", argv=argv, **options)


def look() -> Task:
    return task(
        "vm_guest",
        name=NAME,
        operation="exec",
        argv=["python3", "-c", f"import os; os.system('udevadm settle')\n{LOOK}"],
    )


def shown(result: dict[str, Any]) -> dict[str, Any]:
    assert not result.get("failed"), result["msg"]
    return dict(json.loads(result["stdout"]))


Runs = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return lambda **tasks: play(lab, tmp_path_factory.mktemp("live"), **tasks)


@pytest.fixture(scope="module")
def guest(run: Runs, debian_image: Path) -> dict[str, Any]:
    """The guest after its first boot; what it was then."""
    iso = f"genisoimage -quiet -V LIVE-%s -o {IMAGES}/e2e-live-%s.iso /etc/hostname"
    both = " && ".join(iso % (label, name) for label, name in (("A", "a"), ("B", "b")))
    seen = run(
        pool=task("pool", name="default", state="active"),
        network=task("network", **NETWORK),
        image=task("image", name="e2e-live.qcow2", src=str(debian_image)),
        folder=shell(f"mkdir -p /srv/e2e-live && echo node > /srv/e2e-live/from-node && {both}"),
        made=task("vm", **FIRST, wait_for="cloud_init", wait_timeout=400),
        first=look(),
    )
    assert seen["folder"]["rc"] == 0, seen["folder"]["stderr"]
    assert not seen["made"].get("failed"), seen["made"]["msg"]
    return shown(seen["first"])


def test_more_than_twenty_changes_under_a_running_guest(run: Runs, guest: dict[str, Any]) -> None:
    mount = "mount -t virtiofs share /mnt/share && cat /mnt/share/from-node"
    grow = {"name": NAME, "operation": "grow_file_systems", "mountpoints": ["/", "/mnt/grows"]}
    grows = "/dev/disk/by-id/virtio-grows"
    lengths = task("vm_guest", name=NAME, operation="file_systems")
    seen = run(
        formed=inside(f"mkfs.ext4 -q {grows} && mkdir /mnt/grows && mount {grows} /mnt/grows"),
        small=lengths,
        full=task("vm_guest", **grow),
        predicted=check("vm", **CHANGED),
        changed=task("vm", **CHANGED),
        again=task("vm", **CHANGED),
        growth=check("vm_guest", **grow),
        still=lengths,
        grown=task("vm_guest", **grow),
        grown_again=task("vm_guest", **grow),
        large=lengths,
        look=look(),
        share=inside(f"{mount} && echo guest > /mnt/share/from-guest && umount /mnt/share"),
        disc=inside("mount -o ro /dev/disk/by-label/LIVE-B /mnt/disc && umount /mnt/disc"),
        node=shell(
            "cat /srv/e2e-live/from-guest;"
            f" virsh -q blkdeviotune {NAME} vda | grep '^total_iops_sec *: 5000';"
            f" virsh -q iothreadinfo {NAME} | wc -l; virsh -q emulatorpin {NAME};"
            f" virsh -q desc {NAME} --title; virsh -q dommemstat {NAME} | grep -c usable"
        ),
        off_the_net=task("vm", name=NAME, wait_for="ssh", wait_timeout=3),
    )
    assert not seen["changed"].get("failed"), seen["changed"]["msg"]
    assert seen["predicted"]["actions"] == seen["changed"]["actions"]
    assert seen["predicted"]["changes"] == seen["changed"]["changes"]
    assert len(seen["changed"]["changes"]) >= 20
    assert seen["changed"]["restart_required"] == []
    assert not seen["again"]["changed"], seen["again"]["changes"]
    assert seen["again"]["restart_required"] == []

    now = shown(seen["look"])
    assert (now["boot"], now["uptime"] > guest["uptime"]) == (guest["boot"], True)
    assert (guest["cpus"], now["cpus"]) == (1, 3)
    # Both devices add 128 MiB, and the balloon takes 64 MiB.
    assert now["memory"] - guest["memory"] == 256
    assert 128 < now["free_to_use"] - guest["free_to_use"] <= 192
    assert guest["disks"] == {"root": 4096, "grows": 64, "leaves": 16}
    assert now["disks"] == {"root": 5120, "grows": 96, "comes": 32, "slow": 8}
    assert ("LIVE-A" in guest["discs"], "LIVE-A" in now["discs"]) == (True, False)
    assert "LIVE-B" in now["discs"]
    assert seen["disc"]["rc"] == 0
    assert set(guest["nics"]) == {"52:54:00:e2:e0:01", "52:54:00:e2:e0:02"}
    assert set(now["nics"]) == {"52:54:00:e2:e0:01", "52:54:00:e2:e0:03"}
    links = [one["nics"]["52:54:00:e2:e0:01"]["link"] for one in (guest, now)]
    assert links == ["1", "0"]
    assert now["nics"]["52:54:00:e2:e0:03"]["mtu"] == "1400"
    assert (guest["inputs"], now["inputs"]) == (0, 1)
    assert set(now["channels"]) - set(guest["channels"]) == {"org.example.data"}
    assert seen["share"]["stdout"] == "node\n"
    told = seen["node"]["stdout"].split("\n")
    assert told[0] == "guest"
    assert "total_iops_sec" in told[1]
    assert told[2] == "2"

    _the_file_systems_followed(seen)

    late = refused(seen["off_the_net"], "wait_for")
    assert f"'{NAME}' did not reach ssh within 3 s: no SSH server answers on port 22 (" in late
    console = late.partition("; its console says last: ")[2]
    # Whichever comes last: the guest's own end of its start, or the question who one is.
    assert "DataSourceNoCloud" in console or f"{NAME} login:" in console


def _the_file_systems_followed(seen: dict[str, Any]) -> None:
    """The root on the last partition of its disk, and one that has its disk to itself."""
    assert not seen["grown"].get("failed"), seen["grown"]["msg"]
    assert (seen["formed"]["rc"], seen["full"]["changed"]) == (0, False)
    assert verbs(seen["growth"]) == verbs(seen["grown"]) == ["guest_grow", "guest_grow"]
    assert not seen["grown_again"]["changed"]
    sizes = {
        name: {one["mountpoint"]: parse_size(one["size"]) for one in seen[name]["file_systems"]}
        for name in ("small", "still", "large")
    }
    assert sizes["small"] == sizes["still"]
    # They tell of their size without what they keep for themselves.
    assert 900 <= (sizes["large"]["/"] - sizes["small"]["/"]) // MIB <= 1024
    assert 24 <= (sizes["large"]["/mnt/grows"] - sizes["small"]["/mnt/grows"]) // MIB <= 32


def test_what_can_not_be_done_now_waits(run: Runs, guest: dict[str, Any]) -> None:
    # QEMU 7.2 can not let go of a processor, and there is no slot of PCI for a watchdog.
    later = {"name": NAME, "vcpus": 2, "watchdog": {"model": "i6300esb", "action": "none"}}
    back = {"name": NAME, "vcpus": 3, "watchdog": {"state": "absent"}}
    sleep = {"name": NAME, "operation": "sleep", "target": "mem", "wait_timeout": 5}
    seen = run(
        predicted=check("vm", **later),
        later=task("vm", **later),
        later_again=task("vm", name=NAME),
        back=task("vm", **back),
        # Linux does not sleep with memory of virtio-mem.
        restless=task("vm_power", **sleep),
        look=look(),
    )
    assert verbs(seen["later"]) == verbs(seen["predicted"]) == ["define"]
    assert {"vcpus", "watchdog"} <= set(seen["later"]["restart_required"])
    assert {"vcpus", "watchdog"} <= set(seen["later_again"]["restart_required"])
    assert not seen["later_again"]["changed"]
    assert not {"vcpus", "watchdog"} & set(seen["back"]["restart_required"])
    assert "did not sleep within 5 s" in refused(
        {**seen["restless"], "changed": False}, "wait_timeout"
    )
    assert shown(seen["look"])["boot"] == guest["boot"]


def test_it_reboots_through_its_agent(run: Runs, guest: dict[str, Any]) -> None:
    again = {"name": NAME, "operation": "reboot", "mode": "agent", "wait_timeout": 120}
    seen = run(
        predicted=check("vm_power", **again),
        rebooted=task("vm_power", **again),
        up=task("vm", name=NAME, wait_for="agent", wait_timeout=300),
        look=look(),
    )
    assert not seen["rebooted"].get("failed"), seen["rebooted"]["msg"]
    assert verbs(seen["predicted"]) == verbs(seen["rebooted"]) == ["reboot"]
    now = shown(seen["look"])
    assert now["boot"] != guest["boot"]
    # What was plugged while it ran is there from the start.
    assert now["cpus"] == 3
    assert now["disks"] == {"root": 5120, "grows": 96, "comes": 32, "slow": 8}


def test_ten_snapshots_under_a_guest_that_writes(run: Runs, guest: dict[str, Any]) -> None:
    """Older ones are merged while it writes; then it goes back to one, and all are merged."""
    names = [f"auto{number:02}" for number in range(10)]
    new = {"vm": NAME, "memory": False, "quiesce": True, "keep": {"prefix": "auto", "last": 3}}
    files = f"virsh -q domblklist {NAME} | awk '$2 ~ /qcow2/ {{print $2}}' | sort"
    back = {"vm": NAME, "name": names[-3], "state": "reverted", "force": True, "start": True}
    seen = run(
        begin=inside(f"systemd-run --quiet python3 -c '{WRITER}'"),
        before=shell(files),
        predicted=check("snapshot", **new, name=names[0]),
        **{name: task("snapshot", **new, name=name) for name in names},
        written=inside(f"python3 -c '{READER}'"),
        kept=task("snapshot_info", vm=NAME),
        used=task("vm_info", name=NAME, gather=["statistics"]),
        back=task("snapshot", **back),
        up=task("vm", name=NAME, wait_for="agent", wait_timeout=300),
        then=inside(f"python3 -c '{READER}'"),
        merged=task("snapshot", vm=NAME, name=names[-3], state="absent", descendants=True),
        whole=inside(f"sync && echo 3 > /proc/sys/vm/drop_caches && python3 -c '{READER}'"),
        after=shell(files),
        none=task("snapshot_info", vm=NAME),
    )
    for name, result in seen.items():
        assert not result.get("failed"), (name, result["msg"])
    assert verbs(seen["predicted"]) == verbs(seen[names[0]])
    assert sorted(one["name"] for one in seen["kept"]["snapshots"]) == names[-3:]
    lines = [int(seen[name]["stdout"]) for name in ("written", "then", "whole")]
    assert lines[0] > lines[1] == lines[2] > 100
    assert seen["none"]["snapshots"] == []
    assert seen["after"]["stdout"] == seen["before"]["stdout"]
    nics = seen["used"]["vms"][0]["status"]["statistics"]["nics"]
    assert any(nic["received_bytes"] > 0 for nic in nics)


def test_a_crash_is_told_and_all_of_it_goes(run: Runs, guest: dict[str, Any]) -> None:
    seen = run(
        loaded=inside("modprobe pvpanic-mmio; (sleep 1; echo c > /proc/sysrq-trigger) >&- 2>&- &"),
        crashed=shell(
            f"for i in $(seq 60); do virsh -q domstate {NAME} --reason | grep crashed && exit;"
            " sleep 0.5; done; exit 1"
        ),
        info=task("vm_info", name=NAME),
        removed=task("vm", name=NAME, state="absent", delete_disks="owned"),
        network=task("network", name="e2e-live", state="absent"),
        left=shell(f"ls {IMAGES} | grep {NAME}"),
        cleared=shell(
            f"rm -r {IMAGES}/e2e-live* /srv/e2e-live {LOG}; virsh -q pool-refresh default"
        ),
    )
    assert seen["crashed"]["stdout"] == "crashed (panicked)"
    health = seen["info"]["vms"][0]["status"]["health"]
    assert (health["state"], health["reason"]) == ("crashed", "panicked")
    assert health["problems"] == ["it is crashed: panicked"]
    assert verbs(seen["removed"])[:2] == ["stop", "undefine"]
    # A disk that leaves a vm keeps what is on it, and so do media.
    assert seen["left"]["stdout"].split() == [
        *("e2e-live-a.iso", "e2e-live-b.iso", "e2e-live-leaves.qcow2", "e2e-live.qcow2")
    ]
