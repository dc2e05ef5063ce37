# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the benchmark makes of its samples; nothing is measured here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench import profile, report, verdict
from tests.bench.rounds import Contestant, Sample, interleave

QUICK = [Sample(1.0, 0.5, 0.1), Sample(3.0, 0.7, 0.1), Sample(2.0, 0.6, 0.2)]
SLOW = [Sample(40.0, 9.0, 11.0), Sample(44.0, 10.0, 12.0)]


def comparison(bound: float) -> verdict.Comparison:
    return verdict.Comparison(
        id="P1",
        title="Converge 100 VMs",
        text="What is done.",
        samples={"vmrt": QUICK, "other": SLOW, "absent": []},
        targets=[verdict.times("less wall time", SLOW, QUICK, bound)],
        notes=["A note."],
    )


def test_targets_are_of_medians() -> None:
    assert verdict.times("", SLOW, QUICK, 20).value == 21
    assert verdict.times("", SLOW, QUICK, 20, "cpu").value == pytest.approx(21 / 0.8)
    assert verdict.more("", SLOW, QUICK, 1).value == 40
    assert verdict.each("", SLOW, QUICK, 400, 1).value == pytest.approx(0.1)
    assert verdict.at_most_times("", SLOW, QUICK, 1).value == 21


@pytest.mark.parametrize(("bound", "met"), [(20, True), (21, True), (22, False)])
def test_a_target_that_wants_at_least_so_much(bound: float, met: bool) -> None:
    assert comparison(bound).targets[0].met is met


def test_a_target_that_wants_at_most_so_much() -> None:
    assert verdict.seconds("", QUICK, 2).met
    assert not verdict.seconds("", QUICK, 1.9).met


def test_contestants_take_turns_and_a_slow_one_leaves_early() -> None:
    seen: list[str] = []

    class Meter:
        def measure(self, contestant: Contestant) -> Sample:
            seen.append(contestant.title)
            return QUICK[0]

    def told(word: str) -> Any:
        return lambda: seen.append(word)

    slow = Contestant("slow", [], "node1", before=told("before"), after=told("after"), rounds=1)
    samples = interleave(Meter(), [Contestant("quick", [], "node1"), slow], 2)
    assert seen == ["quick", "before", "slow", "after", "quick"]
    assert {title: len(found) for title, found in samples.items()} == {"quick": 2, "slow": 1}


def test_the_page_and_the_table_tell_what_was_measured() -> None:
    machine = {"CPU": "a CPU, 2 cores"}
    told = [comparison(20).as_dict(), {**comparison(30).as_dict(), "profile": "in the end"}]
    results = {"machine": machine, "comparisons": told}
    page = report.markdown(results)
    assert "| less wall time: at least 20 times | 21 times | met |" in page
    assert "| less wall time: at least 30 times | 21 times | **not met** |" in page
    assert "| vmrt | 3 | 1 s | 2 s | 600 ms | 800 ms | 100 ms | 1 |" in page
    assert "| other | 2 | 40 s | 42 s | 20 s | 21 s | 11.5 s | 21 |" in page
    assert "absent" not in page
    assert "A note." in page
    assert "in the end" in page
    assert "| CPU | a CPU, 2 cores |" in page
    assert "met     less wall time: 21 times, at least 20 times" in report.table(told[0])
    assert "NOT MET less wall time: 21 times, at least 30 times" in report.table(told[1])


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "0.4 ms"), (0.25, "250 ms"), (1.234, "1.23 s"), (180.2, "180 s")]
)
def test_seconds_have_a_unit_that_fits(value: float, text: str) -> None:
    assert report.seconds(value) == text


def test_the_longest_steps_of_a_log_name_no_folder() -> None:
    log = "  7 100.0: begin\nnoise\n  7 100.5: Loading /a/b/c.py now\n  8 103.0: end\n"
    assert profile.steps(log)[1:] == [
        "  0.000 s   0.500 s  begin",
        "  0.500 s   2.500 s  Loading c.py now",
    ]
