# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be gone: nothing goes in check mode, and what is not there is no error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

VM: dict[str, Any] = {"memory": "64MiB", "stop_timeout": 1, "force": True}
# Each kind of thing, what one that is on and one that is off are made of, and how it is removed.
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "network": (
        {"mode": "isolated", "state": "active"},
        {"mode": "isolated", "state": "inactive"},
        ["stop", "undefine"],
    ),
    "pool": (
        {"target": "/srv/it-gone-on", "state": "active"},
        {"target": "/srv/it-gone-off", "state": "inactive"},
        ["stop", "undefine"],
    ),
    "vm": (
        {**VM, "state": "running"},
        {**VM, "state": "stopped"},
        ["shutdown", "undefine"],
    ),
}
LISTS = shell(
    "virsh -q list --all --name; virsh -q net-list --all --name; virsh -q pool-list --all --name"
)
POWER = {"name": "it-gone-never", "operation": "reboot"}


def _absent(make: Any) -> dict[str, Task]:
    """One task for each thing that KINDS tells of."""
    wish = {"vm": {"stop_timeout": 1, "force": True}}
    return {
        f"{kind}_{how}": make(kind, name=f"it-gone-{how}", state="absent", **wish.get(kind, {}))
        for kind in KINDS
        for how in ("on", "off")
    }


def _named(what: str, tasks: dict[str, Task]) -> dict[str, Task]:
    return {f"{what}_{name}": one for name, one in tasks.items()}


def test_what_is_on_and_what_is_off_goes_when_it_is_told_to(lab: Any, tmp_path: Path) -> None:
    made = {
        f"made_{kind}_{how}": task(kind, name=f"it-gone-{how}", **options)
        for kind, (on, off, _steps) in KINDS.items()
        for how, options in (("on", on), ("off", off))
    }
    seen = play(
        lab,
        tmp_path,
        **made,
        before=picture(),
        **_named("predicted", _absent(check)),
        between=picture(),
        **_named("ended", _absent(task)),
        left=LISTS,
        **_named("gone", _absent(task)),
        **_named("foreseen", _absent(check)),
    )
    for name in made:
        assert seen[name]["changed"], seen[name]
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    for kind, (_on, _off, steps) in KINDS.items():
        assert verbs(seen[f"ended_{kind}_on"]) == steps
        assert verbs(seen[f"ended_{kind}_off"]) == steps[-1:]
        for how in ("on", "off"):
            end = f"{kind}_{how}"
            assert seen[f"predicted_{end}"]["actions"] == seen[f"ended_{end}"]["actions"]
            assert seen[f"predicted_{end}"]["diff"] == seen[f"ended_{end}"]["diff"]
            for later in ("gone", "foreseen"):
                assert verbs(seen[f"{later}_{end}"]) == []
                assert not seen[f"{later}_{end}"]["changed"]
    assert "it-gone" not in seen["left"]["stdout"]


@pytest.mark.parametrize("state", ["stopped", "running"])
def test_a_vm_that_is_not_there_is_made_or_is_gone(lab: Any, tmp_path: Path, state: str) -> None:
    """Each state can be asked for of a vm that is not there, twice; what only acts on a vm says
    that there is none."""
    wish = {**VM, "name": "it-gone-never", "state": state}
    end = {**wish, "state": "absent"}
    seen = play(
        lab,
        tmp_path,
        missing=task("vm", **end),
        reboot=task("vm_power", **POWER),
        predicted_reboot=check("vm_power", **POWER),
        predicted=check("vm", **wish),
        none=LISTS,
        made=task("vm", **wish),
        again=task("vm", **wish),
        ended=task("vm", **end),
        ended_again=task("vm", **end),
    )
    assert verbs(seen["missing"]) == []
    assert not seen["missing"]["changed"]
    for name in ("reboot", "predicted_reboot"):
        assert "it-gone-never" in refused(seen[name], "name")
    assert "it-gone" not in seen["none"]["stdout"]
    assert verbs(seen["made"]) == ["define", *(["start"] if state == "running" else [])]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    assert verbs(seen["ended"])[-1] == "undefine"
    assert not seen["ended_again"]["changed"]
