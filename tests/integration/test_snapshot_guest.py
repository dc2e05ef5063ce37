# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A snapshot with the memory of a guest, inside of its disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.patterns import console_of, ready, typed
from tests.integration.play import play, shell, task, verbs


def test_an_internal_snapshot_of_a_guest_that_counts(
    lab: Any, tiny_image: Path, tmp_path: Path
) -> None:
    name, image = "it-snap-guest", "it-snap-tiny.qcow2"
    count = """
(n=0; while n=$((n+1)); do echo "tick $n" >/dev/ttyS0; sleep 1; done) &
"""
    disk = f"/var/lib/libvirt/images/{name}-root.qcow2"
    log = console_of(name)["log"]
    vm = {
        "name": name,
        "hypervisor": "qemu",
        "memory": "128MiB",
        "nics": [],
        "disks": [{"name": "root", "image": image, "size": "1GiB"}],
        "serials": [console_of(name)],
    }
    one = {"vm": name, "name": "one"}
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        image=task("image", name=image, src=str(tiny_image)),
        made=task("vm", **vm, state="running"),
        ready=ready(name),
        counting=typed(name, count),
        one=task("snapshot", **one),
        taken=shell(f"cat {log}; sleep 4"),
        back=task("snapshot", **one, state="reverted", force=True),
        gone=task("snapshot", **one, state="absent"),
        later=shell(f"sleep 2; cat {log}"),
        none=shell(f"qemu-img snapshot -U -l {disk}; virsh domstate {name}"),
        ended=task("vm", **vm, state="absent", force=True, stop_timeout=1, delete_disks="owned"),
        image_gone=task("image", name=image, state="absent"),
    )
    assert (seen["one"]["filled"]["kind"], seen["one"]["filled"]["memory"]) == ("internal", True)
    assert verbs(seen["back"]) == ["revert_to_snapshot"]
    assert verbs(seen["gone"]) == ["delete_snapshot"]
    assert seen["none"]["stdout"].split() == ["running"]
    then = ticks(seen["taken"])[-1]
    after = ticks(seen["later"])
    falls = [at for at in range(1, len(after)) if after[at] <= after[at - 1]]
    again = after[falls[-1] if falls else 0 :]
    print(f"counted to {then}, taken; went on from {again[0]} to {again[-1]}")
    # The log goes on, or begins anew with a new QEMU; the guest does not.
    assert max(1, then - 4) < again[0] <= then + 1
    assert again == [*range(again[0], again[0] + len(again))]
    assert len(again) > 1


def ticks(result: dict[str, Any]) -> list[int]:
    said = result["stdout"].splitlines()
    return [int(line.split()[1]) for line in said if line.startswith("tick ")]
