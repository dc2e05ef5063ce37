# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms with overlay disks that are created and started, stopped and removed: what one contestant
has created another one removes, so both are measured in the same rounds."""

from __future__ import annotations

from tests.bench import community, declared, profile
from tests.bench.fleets import WANTED, Fleets
from tests.bench.playbook import fleet
from tests.bench.rounds import Contestant, Sample, interleave
from tests.bench.venue import FRESH
from tests.bench.verdict import VMRT, Comparison, Target, median, times

_THREADS = "raw libvirt, 8 threads"
_SERIAL = "raw libvirt, one after the other"
_REMOVED_BY_THREADS = "raw libvirt, 16 threads"


def compare(fleets: Fleets, rounds: int) -> list[Comparison]:
    venue, names, definitions = fleets.venue, fleets.names(FRESH), fleets.definitions(FRESH)
    number = len(names)
    create = venue.play("create", FRESH, [fleet(vms=[declared.running(one) for one in names])])
    remove = venue.play("remove", FRESH, [fleet(vms=[declared.gone(one) for one in names])])
    theirs = venue.play("community-create", FRESH, community.create(names, definitions))
    by_threads = venue.script(FRESH, "create.py", WANTED, "8")
    serially = venue.script(FRESH, "remove.py", WANTED, "1")
    at_once = venue.script(FRESH, "remove.py", WANTED, "16")
    created, removed = f"{number} created", f"{number} removed"
    samples = interleave(
        venue,
        [
            Contestant(f"create: {VMRT}", create, FRESH, "changed=1"),
            Contestant(f"remove: {VMRT}", remove, FRESH, "changed=1"),
            Contestant(f"create: {_THREADS}", by_threads, FRESH, created),
            Contestant(f"remove: {_SERIAL}", serially, FRESH, removed),
            Contestant(f"create: {community.TITLE}", theirs, FRESH, "changed=3", rounds=2),
            Contestant(f"remove: {_REMOVED_BY_THREADS}", at_once, FRESH, removed, rounds=2),
        ],
        rounds,
    )

    def empty() -> None:
        venue.run(at_once)

    def full() -> None:
        empty()
        venue.run(by_threads)

    def of(what: str) -> dict[str, list[Sample]]:
        return {
            title.removeprefix(what): found
            for title, found in samples.items()
            if title.startswith(what)
        }

    creating, removing = of("create: "), of("remove: ")
    floor = 1.25 * median(creating[_THREADS]) + 1.5
    return [
        Comparison(
            id="P3",
            title=f"Create and start {number} VMs with overlay disks",
            text="Each VM gets a disk that is an overlay of an image, is defined and started; it "
            "runs its firmware under TCG and finds no system, and the CPU time of the node "
            "includes that. With community.libvirt, `qemu-img` makes the overlay.",
            samples=creating,
            targets=[
                times(
                    "faster than community.libvirt", creating[community.TITLE], creating[VMRT], 4
                ),
                Target("1.25 times raw libvirt + 1.5 s", median(creating[VMRT]), floor, "s"),
            ],
            notes=["community.libvirt takes part in at most 2 rounds."],
            profile=lambda: profile.of_play(venue, create, FRESH, empty),
        ),
        Comparison(
            id="P6",
            title=f"Stop and remove {number} VMs",
            text="Their disks go with them. The firmware does not answer a request to shut down: "
            "`vmrt` asks, waits for a second, and then cuts the power, as raw libvirt does at "
            "once.",
            samples=removing,
            targets=[
                times("faster than one after the other", removing[_SERIAL], removing[VMRT], 8)
            ],
            profile=lambda: profile.of_play(venue, remove, FRESH, full),
        ),
    ]
