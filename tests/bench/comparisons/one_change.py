# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One vm of many is changed."""

from __future__ import annotations

from tests.bench import declared, profile
from tests.bench.fleets import WANTED, Fleets
from tests.bench.playbook import fleet
from tests.bench.rounds import Contestant, interleave
from tests.bench.venue import MANY
from tests.bench.verdict import VMRT, Comparison, more

_NOTHING = f"{VMRT}, nothing to do"


def compare(fleets: Fleets, rounds: int) -> Comparison:
    fleets.there(MANY)
    venue, names = fleets.venue, fleets.names(MANY)
    chosen = names[len(names) // 2]
    wish = [
        declared.idle(name, **({"memory": "768MiB"} if name == chosen else {})) for name in names
    ]
    changed = venue.play("one-change", MANY, [fleet(vms=wish)])
    nothing = venue.play("no-change", MANY, [fleets.task(MANY)])

    def back() -> None:
        venue.run(venue.on_node(MANY, "virsh", "-q", "define", f"{WANTED}/{chosen}.xml"))

    samples = interleave(
        venue,
        [
            Contestant(_NOTHING, nothing, MANY, "changed=0"),
            Contestant(VMRT, changed, MANY, "changed=1", after=back),
        ],
        rounds,
    )
    return Comparison(
        id="P8",
        title=f"Change one VM of {len(names)}",
        text="The memory of one VM is another one than declared.",
        samples=samples,
        targets=[more("longer than without a change", samples[VMRT], samples[_NOTHING], 0.3)],
        profile=lambda: profile.of_play(venue, changed, MANY, back),
    )
