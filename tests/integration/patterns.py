# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that have nothing to boot, whose disks hold what a test wrote there, and tiny guests,
which do what is typed into their console."""

from __future__ import annotations

from typing import Any

from tests.integration.play import Task, shell


def write(vm: str, number: int, length: str = "64k") -> Task:
    """The guest of a vm writes to its disks root and data: what only this moment has, and a
    place of its own."""
    words = (f"write -P {number} 64k 64k", f"write -P {number} {number}M {length}", "flush")
    return shell(
        "; ".join(
            f"virsh qemu-monitor-command {vm} --hmp "
            f"'qemu-io -d /machine/peripheral/ua-vmrt-{disk}/virtio-backend \"{word}\"'"
            for disk in ("root", "data")
            for word in words
        )
    )


def contents(vm: str) -> Task:
    """The digest of all bytes of each disk, as a guest would read them."""
    return shell(
        f"set -e; for disk in vda vdb; do "
        f"file=$(virsh domblklist {vm} | awk -v disk=$disk '$1 == disk {{print $2}}'); "
        "format=qcow2; case $file in *.img) format=raw;; esac; "
        "qemu-img convert -U -f $format -O raw $file /var/tmp/raw; "
        "sha256sum </var/tmp/raw; rm /var/tmp/raw; done"
    )


def console_of(vm: str) -> dict[str, str]:
    """The console of a tiny guest, and the file with all that it said."""
    return {"name": "console", "log": f"/var/log/libvirt/qemu/{vm}-console.log"}


def ready(vm: str) -> Task:
    """Wait until its shell asks for something."""
    log = console_of(vm)["log"]
    return shell(f"for i in $(seq 120); do grep -qs '^/ #' {log} && break; sleep 0.5; done")


def typed(vm: str, text: str) -> Task:
    # QEMU looks once in a second whether somebody has the other end of the line.
    return shell(f"(sleep 2; cat; sleep 2) >$(virsh ttyconsole {vm}) <<'END'{text}END")


def same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one["rc"] == other["rc"] == 0, one["stderr"] + other["stderr"]
    assert len(one["stdout"].split()) == 4
    assert one["stdout"] == other["stdout"]
