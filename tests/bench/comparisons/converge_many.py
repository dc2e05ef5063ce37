# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ten times as many vms that need nothing, and what each of them costs."""

from __future__ import annotations

from tests.bench import profile
from tests.bench.fleets import WANTED, Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import FEW, MANY
from tests.bench.verdict import VMRT, Comparison, each, seconds


def compare(fleets: Fleets, rounds: int) -> Comparison:
    venue, few, many = fleets.venue, len(fleets.names(FEW)), len(fleets.names(MANY))
    fleets.there(FEW)
    fleets.there(MANY)
    ours = venue.play("converge-many", MANY, [fleets.task(MANY)])
    fewer = venue.play("converge-few", FEW, [fleets.task(FEW)])
    same = f"{many} the same, 0 differ"
    small = f"{VMRT}, {few} VMs on another node"
    samples = interleave(
        venue,
        [
            Contestant(VMRT, ours, MANY, "changed=0"),
            Contestant(small, fewer, FEW, "changed=0"),
            Contestant(
                "virsh script", venue.script(MANY, "compare.sh", WANTED), MANY, same, rounds=1
            ),
            Contestant("raw libvirt", venue.script(MANY, "compare.py", WANTED), MANY, same),
        ],
        rounds,
    )
    our = samples[VMRT]
    return Comparison(
        id="P2",
        title=f"Converge {many} VMs that need nothing",
        text=f"As P1, with {many} VMs on a node. The cost of a VM is what is added from {few} to "
        f"{many}, divided by {many - few}.",
        samples=samples,
        targets=[
            seconds("wall time", our, 3),
            each("wall time for each VM more", our, samples[small], many - few, 0.001),
        ],
        notes=[
            "The virsh script takes part in one round, and community.libvirt in none: it would "
            f"take {many // few} times as long as in P1."
        ],
        profile=lambda: profile.of_play(venue, ours, MANY),
    )
