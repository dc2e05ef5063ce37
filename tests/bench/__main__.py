# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure on a lab node, as ratios within one run: absolute times say more of the machine."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
LAB = CHECKOUT / "tests" / "lab" / "lab"
LAB_ID = "bench"
# The least that a task has to do to know whether a vm is as declared: ask for its definition.
RAW = (
    "import libvirt; c = libvirt.open('qemu:///system'); "
    "print(len(c.lookupByName('bench{number}').XMLDesc(2)))"
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--vms", type=int, default=10, help="vms in each play")
    parser.add_argument("--rounds", type=int, default=5, help="rounds, interleaved")
    options = parser.parse_args()
    subprocess.run([LAB, "up", "--id", LAB_ID], check=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            report(measure(Path(folder), options.vms, options.rounds), options.vms)
    finally:
        subprocess.run([LAB, "down", "--id", LAB_ID], check=True)


def measure(folder: Path, vms: int, rounds: int) -> dict[str, list[float]]:
    """Wall seconds of each play, by the play's name, once a round."""
    plays = {name: folder / f"{name}.json" for name in ("setup", "ping", "raw", "vm", "fleet")}
    for name, path in plays.items():
        path.write_text(json.dumps(play(name, vms)), encoding="utf-8")
    run(plays.pop("setup"))
    times: dict[str, list[float]] = {name: [] for name in plays}
    for _round in range(rounds):
        for name, path in plays.items():
            start = time.monotonic()
            run(path)
            times[name].append(time.monotonic() - start)
    return times


def play(name: str, vms: int) -> list[dict[str, Any]]:
    """A play whose tasks do the same kind of work for each vm, or one that does it for all."""
    pool = {"name": "default", "target": "/var/lib/libvirt/bench", "state": "active"}
    tasks: list[dict[str, Any]] = [{"vmrt.libvirt.pool": pool}] if name == "setup" else []
    if name == "fleet":
        tasks.append({"vmrt.libvirt.fleet": {"vms": [wish(number) for number in range(vms)]}})
        vms = 0
    for number in range(vms):
        task = {
            "ping": {"ansible.builtin.ping": {}},
            "raw": {
                "ansible.builtin.command": {
                    "argv": ["/usr/bin/python3", "-c", RAW.format(number=number)]
                }
            },
        }.get(name, {"vmrt.libvirt.vm": wish(number)})
        tasks.append(task)
    return [{"hosts": "vmrt_nodes", "gather_facts": False, "tasks": tasks}]


def wish(number: int) -> dict[str, Any]:
    return {
        "name": f"bench{number}",
        "memory": "128MiB",
        "vcpus": 1,
        "labels": {"for": "bench"},
        "disks": [{"name": "root", "size": "64MiB"}],
        "serials": [{"name": "console"}],
    }


def run(path: Path) -> None:
    inventory = subprocess.run(
        [LAB, "inventory", "--id", LAB_ID], check=True, capture_output=True, text=True
    ).stdout
    (path.parent / "inventory.yml").write_text(inventory, encoding="utf-8")
    command = ["ansible-playbook", "-i", str(path.parent / "inventory.yml"), str(path)]
    done = subprocess.run(
        [LAB, "run", "--id", LAB_ID, "--", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg")},
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def report(times: dict[str, list[float]], vms: int) -> None:
    print(f"\n{vms} vms that need nothing, over SSH with pipelining; seconds per play")
    print(f"{'':24}{'min':>8}{'median':>8}{'of ping':>9}")
    least = min(times["ping"])
    names = {"ping": "ping", "raw": "raw libvirt (a script)", "vm": "vmrt.libvirt.vm"}
    names["fleet"] = "vmrt.libvirt.fleet"
    for name, title in names.items():
        low, middle = min(times[name]), statistics.median(times[name])
        print(f"{title:24}{low:8.2f}{middle:8.2f}{low / least:8.2f}x")


if __name__ == "__main__":
    main()
