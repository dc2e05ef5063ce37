# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vms that need nothing: who finds that out, and at what price."""

from __future__ import annotations

from tests.bench import community, profile
from tests.bench.fleets import WANTED, Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import FEW
from tests.bench.verdict import VMRT, Comparison, times


def compare(fleets: Fleets, rounds: int) -> Comparison:
    venue, names, definitions = fleets.venue, fleets.names(FEW), fleets.definitions(FEW)
    number = len(names)
    same = f"{number} the same, 0 differ"
    ours = venue.play("converge", FEW, [fleets.task(FEW)])
    theirs = venue.play("community", FEW, community.converge(names, definitions))
    samples = interleave(
        venue,
        [
            Contestant(VMRT, ours, FEW, "changed=0"),
            Contestant(community.TITLE, theirs, FEW, "changed=0", rounds=3),
            Contestant(community.WITH_MITOGEN, community.mitogen(theirs), FEW, "changed=0"),
            Contestant("virsh script", venue.script(FEW, "compare.sh", WANTED), FEW, same),
            Contestant("raw libvirt", venue.script(FEW, "compare.py", WANTED), FEW, same),
        ],
        rounds,
    )
    our, their = samples[VMRT], samples[community.TITLE]
    return Comparison(
        id="P1",
        title=f"Converge {number} VMs that need nothing",
        text="Every VM is compared in all that is declared of it: `vmrt` compares options, the "
        "others the whole definition, whether it starts by itself, and its state. The virsh "
        "script and raw libvirt run on the node, each over one SSH connection.",
        samples=samples,
        targets=[
            times("less wall time than community.libvirt", their, our, 20),
            times("less CPU time than community.libvirt", their, our, 25, "cpu"),
        ],
        notes=["community.libvirt takes part in at most 3 rounds."],
        profile=lambda: profile.of_play(venue, ours, FEW),
    )
