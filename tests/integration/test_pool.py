# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pools on real libvirt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

FAST = {"name": "fast", "target": "/srv/pools/fast", "mode": "0711"}
OTHER = {**FAST, "target": "/srv/pools/other"}


def test_the_life_of_a_pool(lab: Any, tmp_path: Path) -> None:
    active = {**FAST, "state": "active", "autostart": True}
    seen = play(
        lab,
        tmp_path,
        before=picture(),
        predicted=check("pool", **active),
        between=picture(),
        made=task("pool", **active),
        again=task("pool", **active),
        built=shell("stat -c '%a %F' /srv/pools/fast; touch /srv/pools/fast/kept.img"),
        moved=task("pool", **OTHER),
        waits=task("pool", **OTHER),
        stopped=task("pool", name="fast", state="inactive"),
        started=task("pool", **OTHER, state="active"),
        path=shell("virsh pool-dumpxml fast | grep path; virsh pool-info fast | grep Autostart"),
        foreseen_end=check("pool", name="fast", state="absent"),
        ended=task("pool", name="fast", state="absent"),
        gone=task("pool", name="fast", state="absent"),
        kept=shell("ls /srv/pools/fast /srv/pools/other"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "set_autostart", "build_pool", "start"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    assert seen["predicted"]["changed"]
    assert seen["predicted"]["pool"] == {"name": "fast", "state": "absent"}
    pool = seen["made"]["pool"]
    assert (pool["target"], pool["state"], pool["autostart"]) == (FAST["target"], "active", True)
    assert pool["available"]
    assert not seen["again"]["changed"]
    assert seen["built"]["stdout"] == "711 directory"
    assert verbs(seen["moved"]) == ["define"]
    assert seen["moved"]["restart_required"] == ["target"]
    assert not seen["waits"]["changed"]
    assert seen["waits"]["restart_required"] == ["target"]
    assert verbs(seen["stopped"]) == ["stop"]
    assert verbs(seen["started"]) == ["build_pool", "start"]
    assert "/srv/pools/other" in seen["path"]["stdout"]
    assert seen["path"]["stdout"].endswith("yes")
    assert verbs(seen["ended"]) == ["stop", "undefine"]
    assert seen["foreseen_end"]["actions"] == seen["ended"]["actions"]
    assert not seen["gone"]["changed"]
    assert "kept.img" in seen["kept"]["stdout"]


def test_bad_input_touches_nothing(lab: Any, tmp_path: Path) -> None:
    bad = {
        "parent": (task("pool", name=".."), "name"),
        "flag": (check("pool", name="-rf"), "name"),
        "tab": (task("pool", name="a\tb"), "name"),
        "system": (task("pool", name="fast", target="/etc"), "target"),
        "detour": (check("pool", name="fast", target="/var/../etc"), "target"),
        "relative": (task("pool", name="fast", target="images"), "target"),
        "taken": (task("pool", name="fast", target="/var/lib/libvirt/images"), "target"),
        "octal": (task("pool", name="fast", mode=457), "mode"),
        "nobody": (task("pool", name="fast", uri="qemu+unix:///system?socket=/nobody"), "uri"),
    }
    tasks = {name: one for name, (one, _option) in bad.items()}
    have = task("pool", name="default", state="active")
    seen = play(lab, tmp_path, have=have, before=picture(), **tasks, after=picture())
    for name, (_task, option) in bad.items():
        refused(seen[name], option)
    assert seen["before"]["stdout"] == seen["after"]["stdout"]
