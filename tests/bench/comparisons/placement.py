# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node for each of many vms; no libvirt has a part in it."""

from __future__ import annotations

import sys

from tests.bench.fleets import Fleets
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import FEW
from tests.bench.verdict import VMRT, Comparison, Target, median

_OWN = f"{VMRT}, each of a size of its own"


def compare(fleets: Fleets, rounds: int) -> Comparison:
    vms = 100 * len(fleets.names(FEW))
    nodes = vms // 20
    command = [sys.executable, "-m", "tests.bench.place", "--vms", str(vms), "--nodes", str(nodes)]
    samples = interleave(
        fleets.venue,
        [
            Contestant(VMRT, command, FEW, "placed"),
            Contestant(_OWN, [*command, "--distinct"], FEW, "placed"),
        ],
        min(rounds, 2),
    )
    return Comparison(
        id="placement",
        title=f"Place {vms} VMs onto {nodes} nodes",
        text="They have affinities, and node selectors; few sizes, or each a size of its own.",
        samples=samples,
        targets=[
            Target("CPU time of one core", median(samples[VMRT], "cpu"), 10, "s"),
            Target("the same, each of a size of its own", median(samples[_OWN], "cpu"), 10, "s"),
        ],
    )
