# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of many vms."""

from __future__ import annotations

from tests.bench import community, profile
from tests.bench.fleets import Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import MANY
from tests.bench.verdict import VMRT, Comparison, Target, seconds


def compare(fleets: Fleets, rounds: int) -> Comparison:
    fleets.there(MANY)
    venue, number = fleets.venue, len(fleets.names(MANY))
    ours = venue.play("facts", MANY, [{"vmrt.libvirt.vm_info": {"gather": ["statistics"]}}])
    options = venue.play("facts-options", MANY, [{"vmrt.libvirt.vm_info": {}}])
    theirs = venue.play("facts-community", MANY, [{"community.libvirt.virt": {"command": "info"}}])
    raw = venue.script(MANY, "facts.py")
    samples = interleave(
        venue,
        [
            Contestant(VMRT, ours, MANY, "ok=1"),
            Contestant(f"{VMRT}, all options and status", options, MANY, "ok=1"),
            Contestant(community.TITLE, theirs, MANY, "ok=1"),
            Contestant("raw libvirt", raw, MANY, f"{number} read"),
        ],
        rounds,
    )
    parts = profile.inside(venue, ours, MANY, rounds=rounds)
    return Comparison(
        id="P4",
        title=f"Facts of {number} VMs",
        text="`vm_info` with `gather: [statistics]` returns the state of each VM and what it uses "
        "of CPUs, memory, disks and networks; with all options of each VM as well, it takes the "
        "time of the second line. The `info` of community.libvirt returns state, memory and CPU "
        "time; raw libvirt reads each definition and all statistics.",
        samples=samples,
        targets=[
            seconds("wall time", samples[VMRT], 2),
            Target("inside the module, without its imports", parts["work"], 0.3, "s"),
        ],
        notes=[
            f"To unpack the module takes {parts['unpack']:.2f} s, and to import it "
            f"{parts['import']:.2f} s."
        ],
        profile=lambda: profile.of_play(venue, ours, MANY),
    )
