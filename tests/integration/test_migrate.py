# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that move between two nodes, with a guest that counts seconds under load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.moves import move_to, where
from tests.integration.patterns import console_of, ready, typed
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
    "serials": [console_of(NAME)],
    "cloud_init": {"hostname": NAME},
}
# Each second a number, and how many seconds the guest has been up, go to the console and to a
# sector of their own of the second disk, while memory is written all over.
COUNT = """
(n=0; while n=$((n+1)); do read up rest </proc/uptime; echo "tick $n ${up%.*}" >/dev/ttyS0
echo "tick $n ${up%.*}" | dd of=/dev/vdb bs=512 seek=$n conv=notrunc,fsync 2>/dev/null
sleep 1; done) &
(while :; do dd if=/dev/urandom of=/tmp/load bs=64k count=160; done) >/dev/null 2>&1 &
"""
# The time, and the numbers that are on the disk, whose sectors are otherwise empty.
NUMBERS = "date +%s; tr -d '\\0' </var/lib/libvirt/images/it-move-data.img"
# Once there, and five times back and there again.
MOVES = range(1, 12)


@pytest.fixture(scope="module")
def pair(make_lab: Callable[..., Any]) -> Any:
    return make_lab(nodes=2)


def to(node: str, make: Callable[..., Task] = task, **options: Any) -> Task:
    return move_to(node, options.pop("name", NAME), make, **options)


def at(node: str, command: str) -> Task:
    return on(node, shell(command))


def test_a_running_vm_with_copied_disks(pair: Any, tiny_image: Path, tmp_path: Path) -> None:
    moves = {
        f"move_{number}": to(
            "node2" if number % 2 else "node1", delete_disks="owned", auto_converge=True
        )
        for number in MOVES
    }
    seen = play(
        pair,
        tmp_path,
        pool=POOL,
        pool_there=on("node2", POOL),
        network=NETWORK,
        image=task("image", name="it-move.qcow2", src=str(tiny_image)),
        made=task("vm", **WISH),
        ready=ready(NAME),
        counting=typed(NAME, COUNT),
        no_network=to("node2"),
        network_there=on("node2", NETWORK),
        before=on("node2", picture()),
        late=to("node2", timeout=2, bandwidth="1MiB"),
        foretold=to("node2", check, delete_disks="owned", auto_converge=True),
        after=on("node2", picture()),
        still=shell(f"virsh domstate {NAME}"),
        begun=shell(NUMBERS),
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
    for number in MOVES:
        done = seen[f"move_{number}"]
        assert not done.get("failed"), done["msg"]
        assert (done["node"], done["phase"]) == ("node2" if number % 2 else "node1", "Running")
        assert done["migration"]["data_total"] > 128 * 1024**2
        downtimes.append(done["migration"]["downtime"])
    assert ("copy_volume", "it-move.qcow2") not in [
        (one["action"], one.get("volume")) for one in seen["move_2"]["actions"]
    ], "the image was there already"
    assert verbs(seen["again"]) == []
    assert where(pair, NAME) == ["node2"]
    assert verbs(seen["declared"]) == [], "its marks, its autostart and its devices came along"
    vm = seen["told"]["vms"][0]
    assert (vm["autostart"], vm["labels"]) == (True, {"tier": "moving"})
    assert seen["left"]["stdout"].split() == ["it-move.qcow2"]

    (begin, first), (end, last) = (_counted(seen[one]) for one in ("begun", "numbers"))
    passed, counted = end - begin, last[-1] - first[-1]
    longest = max(later - sooner for sooner, later in zip(last, last[1:]))
    print(
        f"counted to {len(last)}: {counted} of {passed} seconds in {len(MOVES)} moves, at most "
        f"{longest} from one to the next; stood still for {downtimes} ms"
    )
    assert last[: len(first)] == first
    assert len(last) > 2 * len(MOVES)
    # An emulated processor that is slowed down loses ticks of its clock as well: what passed on the
    # node is told, and not held against the guest.
    assert longest < 10
    assert max(downtimes) < 5000


def _counted(result: dict[str, Any]) -> tuple[int, list[int]]:
    """The time, and the seconds that the guest has counted, whose numbers have no gap."""
    time, *ticks = result["stdout"].splitlines()
    said = [tick.split() for tick in ticks]
    assert [number for _tick, number, _up in said] == [str(one + 1) for one in range(len(said))]
    return int(time), [int(up) for _tick, _number, up in said]


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
    assert where(pair, NAME) == ["node1"]


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
