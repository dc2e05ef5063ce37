# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CPUs of a guest that runs, and of one that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, play, refused, shell, task, verbs

NAME = "it-vcpus"
BASE: dict[str, Any] = {"name": NAME, "stop_timeout": 1, "force": True}
# What the definition has, and what the running guest has; nothing where it does not run.
COUNT = shell(
    f"virsh -q vcpucount {NAME} --current --config; "
    f"virsh -q vcpucount {NAME} --current --live 2>/dev/null; true"
)


MORE = {"vcpus": 4, "max_vcpus": 3}


def test_cpus_of_a_vm_that_runs_and_of_one_that_does_not(lab: Any, tmp_path: Path) -> None:
    """A running guest gets them at once up to its maximum, and a stopped one in its definition.
    Both are refused more than there can be in the same clear words."""
    seen = play(
        lab,
        tmp_path,
        made=task("vm", **BASE, memory="64MiB", vcpus=1, max_vcpus=3),
        predicted_off=check("vm", **BASE, vcpus=2),
        off=task("vm", **BASE, vcpus=2),
        off_again=task("vm", **BASE, vcpus=2),
        count_off=COUNT,
        refused_off=task("vm", **BASE, **MORE),
        started=task("vm", **BASE, state="running"),
        predicted_on=check("vm", **BASE, vcpus=3),
        on=task("vm", **BASE, vcpus=3),
        on_again=task("vm", **BASE, vcpus=3),
        count_on=COUNT,
        refused_on=task("vm", **BASE, **MORE),
        fewer=task("vm", **BASE, vcpus=1),
        fewer_again=task("vm", **BASE, vcpus=1),
        count_fewer=COUNT,
        beyond=task("vm", **BASE, vcpus=4),
        count_beyond=COUNT,
        ended=task("vm", **BASE, state="absent"),
    )
    assert verbs(seen["off"]) == ["define"]
    assert seen["predicted_off"]["actions"] == seen["off"]["actions"]
    assert seen["off"]["restart_required"] == []
    assert not seen["off_again"]["changed"]
    assert seen["count_off"]["stdout"].split() == ["2"]

    assert verbs(seen["on"]) == ["define", "set_vcpus"]
    assert seen["predicted_on"]["actions"] == seen["on"]["actions"]
    assert seen["on"]["restart_required"] == []
    assert not seen["on_again"]["changed"]
    assert seen["on_again"]["restart_required"] == []
    assert seen["count_on"]["stdout"].split() == ["3", "3"]

    assert refused(seen["refused_off"], "vcpus") == refused(seen["refused_on"], "vcpus")
    assert "is more than max_vcpus" in seen["refused_on"]["msg"]

    assert verbs(seen["fewer"]) == ["define"]
    assert seen["fewer"]["restart_required"] == ["vcpus"]
    assert not seen["fewer_again"]["changed"]
    assert seen["fewer_again"]["restart_required"] == ["vcpus"]
    assert seen["count_fewer"]["stdout"].split() == ["1", "3"]
    assert verbs(seen["beyond"]) == ["define"]
    assert seen["beyond"]["restart_required"] == ["max_vcpus", "vcpus"]
    assert seen["count_beyond"]["stdout"].split() == ["4", "3"]
    assert verbs(seen["ended"]) == ["shutdown", "undefine"]
