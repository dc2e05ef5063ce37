# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that move between two nodes, with a guest that counts seconds under load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.play import (
    Task,
    check,
    on,
    picture,
    play,
    refused,
    shell,
    task,
    verbs,
)

NAME = "it-move"
LOG = f"/var/log/libvirt/qemu/{NAME}-console.log"
READY = f"for i in $(seq 120); do grep -qs '^/ #' {LOG} && break; sleep 0.5; done"
POOL = task("pool", name="default", state="active")
NETWORK = task("network", name="it-move", mode="isolated", state="active")
WISH: dict[str, Any] = {
    "name": NAME,
    "state": "running",
    "hypervisor": "qemu",
    "memory": "128MiB",
    "autostart": True,
    "labels": {"tier": "moving"},
    "disks": [
        {"name": "root", "image": "it-move.qcow2", "size": "1GiB"},
        {"name": "data", "size": "32MiB", "format": "raw"},
    ],
    "nics": [{"name": "lan", "network": "it-move"}],
    "serials": [{"name": "console", "log": LOG}],
    "cloud_init": {"hostname": NAME},
}
# Each second a number goes to the console and to its own sector of the second disk, while memory
# is written all over.
COUNT = """
(n=0; while n=$((n+1)); do echo "tick $n" >/dev/ttyS0
echo "tick $n" | dd of=/dev/vdb bs=512 seek=$n conv=notrunc,fsync 2>/dev/null; sleep 1; done) &
(while :; do dd if=/dev/urandom of=/tmp/load bs=64k count=160; done) >/dev/null 2>&1 &
"""
# QEMU looks once in a second whether somebody has the other end of the line.
TYPE = f"(sleep 2; cat; sleep 2) >$(virsh ttyconsole {NAME}) <<'END'{COUNT}END"
# The numbers that are on the disk, whose sectors are otherwise empty.
NUMBERS = "tr -d '\\0' </var/lib/libvirt/images/it-move-data.img"


@pytest.fixture(scope="module")
def pair(make_lab: Callable[..., Any]) -> Any:
    return make_lab(nodes=2)


def to(node: str, make: Callable[..., Task] = task, **options: Any) -> Task:
    """A move to a node, from the other one."""
    source = {"node1": "node2", "node2": "node1"}[node]
    uri = f"qemu+ssh://root@{node}/system"
    return on(source, make("vm_migrate", **{"name": NAME, "destination": uri, **options}))


def at(node: str, command: str) -> Task:
    return on(node, shell(command))


def where(pair: Any) -> list[str]:
    """The nodes that have the vm."""
    listed = {node.name: node.virsh("list", "--all", "--name").stdout for node in pair.nodes}
    return [name for name, vms in listed.items() if NAME in vms.split()]


def test_a_running_vm_with_copied_disks(pair: Any, tiny_image: Path, tmp_path: Path) -> None:
    moves = {
        f"move_{number}": to(
            "node2" if number % 2 else "node1", delete_disks="owned", auto_converge=True
        )
        for number in range(1, 6)
    }
    seen = play(
        pair,
        tmp_path,
        pool=POOL,
        pool_there=on("node2", POOL),
        network=NETWORK,
        image=task("image", name="it-move.qcow2", src=str(tiny_image)),
        made=task("vm", **WISH),
        ready=shell(READY),
        counting=shell(TYPE),
        no_network=to("node2"),
        network_there=on("node2", NETWORK),
        before=on("node2", picture()),
        late=to("node2", timeout=2, bandwidth="1MiB"),
        foretold=to("node2", check, delete_disks="owned", auto_converge=True),
        after=on("node2", picture()),
        still=shell(f"virsh domstate {NAME}"),
        **moves,
        again=to("node2"),
        declared=on("node2", task("vm", **WISH)),
        told=on("node2", task("vm_info", name=NAME, address_sources=[])),
        left=shell("ls /var/lib/libvirt/images"),
        numbers=at("node2", NUMBERS),
    )
    assert "no active network 'it-move'" in refused(seen["no_network"], "destination")
    assert "had not moved after 2 s. It runs on" in refused(seen["late"], "timeout")
    assert seen["before"]["stdout"] == seen["after"]["stdout"], "nothing was left there"
    assert seen["still"]["stdout"].strip() == "running"

    disks = ["it-move-root.qcow2", "it-move-data.img"]
    first = [(one["action"], one.get("volume")) for one in seen["move_1"]["actions"]]
    assert first == [
        ("copy_volume", "it-move.qcow2"),
        *(("prepare_volume", disk) for disk in disks),
        ("copy_volume", "it-move-seed.iso"),
        ("migrate", None),
        *(("delete_volume", disk) for disk in (*disks, "it-move-seed.iso")),
    ]
    assert seen["foretold"]["actions"] == seen["move_1"]["actions"]
    assert seen["foretold"]["diff"] == seen["move_1"]["diff"]
    downtimes = []
    for number in range(1, 6):
        done = seen[f"move_{number}"]
        assert not done.get("failed"), done["msg"]
        assert (done["node"], done["phase"]) == ("node2" if number % 2 else "node1", "Running")
        assert done["migration"]["data_total"] > 128 * 1024**2
        downtimes.append(done["migration"]["downtime"])
    assert ("copy_volume", "it-move.qcow2") not in [
        (one["action"], one.get("volume")) for one in seen["move_2"]["actions"]
    ], "the image was there already"
    assert verbs(seen["again"]) == []
    assert where(pair) == ["node2"]
    assert verbs(seen["declared"]) == [], "its marks, its autostart and its devices came along"
    vm = seen["told"]["vms"][0]
    assert (vm["autostart"], vm["labels"]) == (True, {"tier": "moving"})
    assert seen["left"]["stdout"].split() == ["it-move.qcow2"]

    numbers = seen["numbers"]["stdout"].splitlines()
    print(f"counted to {len(numbers)}; stood still for {downtimes} ms in five moves")
    assert len(numbers) > 10
    assert numbers == [f"tick {number}" for number in range(1, len(numbers) + 1)]
    assert max(downtimes) < 5000


def test_a_vm_that_is_off(pair: Any, tmp_path: Path) -> None:
    seen = play(
        pair,
        tmp_path,
        off=on("node2", task("vm", name=NAME, state="stopped", stop_timeout=1, force=True)),
        numbers=at("node2", NUMBERS),
        before=at("node2", "cd /var/lib/libvirt/images && sha256sum it-move*"),
        foretold=to("node1", check),
        moved=to("node1"),
        again=to("node1"),
        back=to("node2"),
        after=shell("cd /var/lib/libvirt/images && sha256sum it-move*"),
        modes=shell("cd /var/lib/libvirt/images && stat -c '%n %a' it-move-*"),
        declared=task("vm", **{**WISH, "state": "present"}),
    )
    assert verbs(seen["moved"]) == [*["copy_volume"] * 3, "migrate", "delete_volume"]
    assert seen["foretold"]["actions"] == seen["moved"]["actions"]
    assert seen["moved"]["phase"] == "Stopped"
    assert verbs(seen["again"]) == []
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
    assert "it-move-seed.iso 600" in seen["modes"]["stdout"]
    assert verbs(seen["declared"]) == []
    # The disks that were left behind are nobody's to write over.
    assert "nothing is written over" in refused(seen["back"], "storage")
    assert where(pair) == ["node1"]


def test_shared_storage(pair: Any, tiny_image: Path, tmp_path: Path) -> None:
    pool = task("pool", name="both", target="/mnt/shared/both", state="active")
    disk = {"name": "root", "pool": "both", "image": "it-move.qcow2", "size": "1GiB"}
    wish = {**WISH, "name": "it-shared", "disks": [disk], "nics": [], "serials": []}
    del wish["cloud_init"]
    move = {"name": "it-shared", "storage": "shared"}
    seen = play(
        pair,
        tmp_path,
        pool=pool,
        pool_there=on("node2", pool),
        image=task("image", name="it-move.qcow2", pool="both", src=str(tiny_image)),
        made=task("vm", **wish),
        copied=to("node2", **{**move, "storage": "copied"}),
        careful=to("node2", **move),
        moved=to("node2", **move, unsafe=True),
        back=to("node1", **move, unsafe=True, tunnelled=True),
        off=task("vm", name="it-shared", state="stopped", stop_timeout=1, force=True),
        offline=to("node2", **move),
        declared=on("node2", task("vm", **{**wish, "state": "present"})),
        ended=on("node2", task("vm", name="it-shared", state="absent", delete_disks="owned")),
    )
    assert "has a volume 'it-shared-root.qcow2'" in refused(seen["copied"], "storage")
    assert "Unsafe migration" in seen["careful"]["msg"]
    assert verbs(seen["moved"]) == verbs(seen["back"]) == verbs(seen["offline"]) == ["migrate"]
    assert (seen["back"]["node"], seen["back"]["phase"]) == ("node1", "Running")
    assert verbs(seen["declared"]) == []
    assert verbs(seen["ended"])[-1] == "delete_volume"
