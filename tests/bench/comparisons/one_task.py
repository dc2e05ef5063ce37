# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One vm in one task, beside the cheapest task that there is."""

from __future__ import annotations

from tests.bench import declared, profile
from tests.bench.fleets import Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import FEW
from tests.bench.verdict import VMRT, Comparison, more

_REPEATS = 3
_TASKS = 10


def compare(fleets: Fleets, rounds: int) -> Comparison:
    fleets.there(FEW)
    venue = fleets.venue
    vm = {"vmrt.libvirt.vm": declared.idle(fleets.names(FEW)[0])}
    ping = {"ansible.builtin.ping": {}}
    ours = venue.play("one-task", FEW, [vm])
    ten, pings = f"{VMRT}, {_TASKS} tasks", f"ping, {_TASKS} tasks"
    samples = interleave(
        venue,
        [
            Contestant("ping", venue.play("ping", FEW, [ping]), FEW, "ok=1"),
            Contestant(VMRT, ours, FEW, "changed=0"),
            Contestant(pings, venue.play("pings", FEW, [ping] * _TASKS), FEW, f"ok={_TASKS}"),
            Contestant(ten, venue.play("tasks", FEW, [vm] * _TASKS), FEW, "changed=0"),
        ],
        rounds * _REPEATS,
    )
    return Comparison(
        id="P7",
        title="One `vm` task that needs nothing",
        text="A playbook with one task, and one with ten, which share the cost of the first.",
        samples=samples,
        targets=[more("longer than a ping task", samples[VMRT], samples["ping"], 0.08)],
        profile=lambda: profile.of_play(venue, ours, FEW),
    )
