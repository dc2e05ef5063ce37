# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure how fast it is, on the nodes of a lab, beside what else does the same work."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Union

from tests.bench import report
from tests.bench.comparisons import (
    come_and_go,
    converge,
    converge_many,
    facts,
    inventory,
    one_change,
    one_task,
    placement,
)
from tests.bench.fleets import Fleets
from tests.bench.machine import machine
from tests.bench.plot import draw
from tests.bench.venue import CHECKOUT, Lab, Venue
from tests.bench.verdict import Comparison

_RESULTS = CHECKOUT / "build" / "bench" / "results.json"
_DOCS = CHECKOUT / "docs"
_ROUNDS, _VMS = 5, 100
# What "1,000" is, beside what "100" is.
_MANY = 10

Compare = Callable[[Fleets, int], Union[Comparison, list[Comparison]]]
# Those of one entry are measured together.
COMPARISONS: dict[tuple[str, ...], Compare] = {
    ("P1",): converge.compare,
    ("P2",): converge_many.compare,
    ("P3", "P6"): come_and_go.compare,
    ("P4",): facts.compare,
    ("P5",): inventory.compare,
    ("P7",): one_task.compare,
    ("P8",): one_change.compare,
    ("placement",): placement.compare,
}


def main() -> None:
    options = _options()
    os.umask(0o022)
    # So that one that is terminated takes its lab down as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    lab = Lab(options.id)
    if not lab.up(3, bare=False):
        raise SystemExit(f"bench: there is a lab {lab.id} already: `lab down --id {lab.id}`")
    try:
        with tempfile.TemporaryDirectory() as folder, Venue(lab, Path(folder)) as venue:
            results: dict[str, Any] = {"machine": machine(venue), "comparisons": []}
            fleets = Fleets(venue, options.vms, options.vms * _MANY)
            for one in _measured(fleets, options):
                results["comparisons"].append(one)
                print(report.table(one), flush=True)
                _RESULTS.parent.mkdir(parents=True, exist_ok=True)
                _RESULTS.write_text(json.dumps(results, indent=1), encoding="utf-8")
    finally:
        lab.down()
    results["comparisons"].sort(key=lambda one: one["id"])
    whole = (options.only, options.rounds, options.vms) == (None, _ROUNDS, _VMS)
    if whole or options.docs:
        (_DOCS / "benchmarks.md").write_text(report.markdown(results), encoding="utf-8")
        draw(results, _DOCS / "benchmarks.svg")


def _measured(fleets: Fleets, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for names, compare in COMPARISONS.items():
        if options.only and not options.only & {*names}:
            continue
        print(f"\nmeasuring {' and '.join(names)}", flush=True)
        found = compare(fleets, options.rounds)
        for one in found if isinstance(found, list) else [found]:
            missed = [target for target in one.targets if not target.met]
            profile = {}
            if one.profile and (missed or options.profile):
                profile["profile"] = one.profile()
            yield {**one.as_dict(), **profile}


def _options() -> argparse.Namespace:
    known = [name for names in COMPARISONS for name in names]
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--only", type=_names, metavar="P1,P3", help=", ".join(known))
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="default: %(default)s")
    parser.add_argument(
        "--vms", type=int, default=_VMS, help=f"where it is few, and many are {_MANY} times as many"
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="tell where the time goes, also where a target is met",
    )
    parser.add_argument(
        "--docs", action="store_true", help="write the page, as a run without other options does"
    )
    parser.add_argument("--id", default="bench", help="the lab, which is made and removed")
    options = parser.parse_args()
    unknown = (options.only or set()) - {*known}
    if unknown:
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of {', '.join(known)}")
    return options


def _names(text: str) -> set[str]:
    return {*text.split(",")}


if __name__ == "__main__":
    main()
