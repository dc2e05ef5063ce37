# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the time of a playbook with one task goes: on the controller, and inside the module."""

from __future__ import annotations

import json
import pstats
import re
import shutil
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.on_node.functions import longest
from tests.bench.rounds import nothing
from tests.bench.venue import SCRIPTS, Venue

# A line of what Ansible says of itself with ANSIBLE_DEBUG: the process, the time, and what it does.
_SAID = re.compile(r"^\s*\d+ (\d+\.\d+): (.+)$")
_FOLDER = re.compile(r"/\S*/")
_LONGEST = 10
_ROUNDS = 3


def of_play(
    venue: Venue,
    command: Sequence[str],
    node: str,
    before: Callable[[], object] = nothing,
) -> str:
    """The longest parts of Ansible, the parts of the module, and its functions.

    ``before`` makes that there is something to do, and is called before each run.
    """
    before()
    log = venue.run(command, ANSIBLE_DEBUG="1")
    parts = inside(venue, command, node, before)
    before()
    functions = _of_module(venue, node, "functions")
    stages = ", ".join(f"{name} {seconds:.3f} s" for name, seconds in parts.items())
    return "\n".join(
        [
            "On the controller, the longest times between two lines of Ansible's own log:",
            *steps(log),
            "",
            f"The module on its node: {stages}. Its functions, in seconds, measured apart, with "
            "the cost of measuring; of threads, only the first:",
            functions.rstrip(),
        ]
    )


def of_command(venue: Venue, name: str, *words: str) -> str:
    """The functions of one of Ansible's commands on the controller."""
    file = venue.folder / "profile"
    script = shutil.which(name, path=str(Path(sys.executable).parent))
    profiler = ("-m", "cProfile", "-o", str(file))
    venue.run(venue.inside(sys.executable, *profiler, str(script), *words))
    lines = longest(pstats.Stats(str(file)))
    return "\n".join([f"The functions of {name}, in seconds, with the cost of measuring:", *lines])


def inside(
    venue: Venue,
    command: Sequence[str],
    node: str,
    before: Callable[[], object] = nothing,
    rounds: int = _ROUNDS,
) -> dict[str, float]:
    """Seconds of the parts of a module on its node, as medians."""
    venue.run(venue.on_node(node, "rm", "-rf", ".ansible"))
    before()
    venue.run(command, ANSIBLE_KEEP_REMOTE_FILES="1")
    found = []
    for _round in range(rounds):
        before()
        found.append(json.loads(_of_module(venue, node, "parts")))
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _of_module(venue: Venue, node: str, what: str) -> str:
    """What inside.py says of the module that Ansible has left on the node last."""
    last = "ls -t .ansible/tmp/*/AnsiballZ_run_kept.py | head -n 1"
    find = f"python3 {SCRIPTS}/inside.py $({last}) {what}"
    return venue.run(venue.on_node(node, "sh", "-c", find))


def steps(log: str) -> list[str]:
    """The longest gaps of a log, in the order of time, with what was said before each."""
    said = [match.groups() for line in log.splitlines() if (match := _SAID.match(line))]
    moments = [(float(moment), _FOLDER.sub("", text)) for moment, text in said]
    gaps = [
        (before, after - before, text)
        for (before, text), (after, _text) in zip(moments, moments[1:], strict=False)
    ]
    longest = sorted(sorted(gaps, key=lambda gap: -gap[1])[:_LONGEST])
    start = moments[0][0] if moments else 0.0
    lines = [f"{when - start:7.3f} s  {took:6.3f} s  {text[:70]}" for when, took, text in longest]
    return ["     at       for  after", *lines]
