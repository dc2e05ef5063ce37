# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What waits for a restart is told until the restart, whoever changed it."""

from __future__ import annotations

from typing import Any

from tests.integration.play import check, play, shell, task, verbs

NAME = "it-pending"
WISH: dict[str, Any] = {"name": NAME, "state": "running", "memory": "128MiB", "force": True}
PATCHES = [
    {"xpath": "devices/channel/target/@name", "value": "org.example.other"},
    {
        "xpath": ".",
        "op": "create",
        "value": "<metadata><o:note xmlns:o='urn:other'>kept</o:note></metadata>",
    },
]


def test_what_waits_is_told_until_the_restart(lab: Any, tmp_path: Any) -> None:
    xml = f"/root/{NAME}.xml"
    seen = play(
        lab,
        tmp_path,
        made=task("vm", **WISH),
        fresh=task("vm", name=NAME),
        cpu=task("vm", name=NAME, cpu={"mode": "maximum"}),
        later=task("vm", name=NAME),
        foreseen_failure=check("vm", name=NAME, on_pending="fail"),
        failure=task("vm", name=NAME, on_pending="fail"),
        by_hand=shell(
            f"virsh dumpxml --inactive --security-info {NAME} > {xml} && "
            f"sed -i 's#/dev/urandom#/dev/random#' {xml} && virsh -q define {xml} && rm {xml}"
        ),
        found=task("vm", name=NAME),
        labelled=task("vm", name=NAME, labels={"tier": "web"}),
        info=task("vm_info", name=NAME, address_sources=["lease"]),
        restarted=task("vm", **WISH, apply="restart", stop_timeout=1),
        past=task("vm", name=NAME, on_pending="fail"),
        back=task("vm", name=NAME, cpu={"mode": "host-model"}),
        forth=task("vm", name=NAME, cpu={"mode": "maximum"}),
        end=task("vm", name=NAME, state="absent", force=True, stop_timeout=1),
    )
    waiting = {name: result.get("restart_required") for name, result in seen.items()}
    assert waiting["fresh"] == [], "nothing waits in a vm that has just been started"
    assert waiting["cpu"] == ["cpu.mode"]
    assert waiting["later"] == ["cpu.mode"]
    assert not seen["later"]["changed"]
    for name in ("foreseen_failure", "failure"):
        assert seen[name]["failed"]
        assert seen[name]["msg"].startswith(f"on_pending: '{NAME}' needs a restart for cpu.mode")
    assert waiting["found"] == ["rng.device", "cpu.mode"]
    assert waiting["labelled"] == waiting["found"], "labels change live, and nothing is forgotten"
    status = seen["info"]["vms"][0]["status"]
    assert status["in_force"] == {"rng.device": "/dev/urandom", "cpu.mode": "custom"}
    assert verbs(seen["restarted"]) == ["shutdown", "start"]
    assert waiting["restarted"] == []
    assert not seen["past"].get("failed")
    assert waiting["back"] == ["cpu.mode"]
    assert waiting["forth"] == [], "it is what the vm was started with"
    assert verbs(seen["end"]) == ["shutdown", "undefine"]


def test_patches_reach_what_no_option_covers(lab: Any, tmp_path: Any) -> None:
    wish = {"name": "it-patch", "memory": "128MiB", "xml_patches": PATCHES}
    dump = shell("virsh dumpxml --inactive it-patch")
    seen = play(
        lab,
        tmp_path,
        predicted=check("vm", **wish),
        made=task("vm", **wish),
        again=task("vm", **wish),
        xml=dump,
        started=task("vm", **wish, state="running"),
        running=task("vm", name="it-patch", xml_patches=[{**PATCHES[0], "value": "org.example.b"}]),
        bad_path=check("vm", name="it-patch", xml_patches=[{"xpath": "devices/[", "value": "a"}]),
        nothing=check("vm", name="it-patch", xml_patches=[{"xpath": "oddity", "value": "a"}]),
        identity=check("vm", name="it-patch", xml_patches=[{"xpath": "name", "value": "a"}]),
        unknown=check(
            "vm",
            name="it-patch",
            xml_patches=[{"xpath": "devices", "op": "create", "value": "<oddity/>"}],
        ),
        end=task("vm", name="it-patch", state="absent", force=True, stop_timeout=1),
    )
    assert verbs(seen["predicted"]) == verbs(seen["made"])
    assert seen["predicted"]["changes"] == seen["made"]["changes"]
    assert not seen["again"]["changed"]
    assert "org.example.other" in seen["xml"]["stdout"]
    assert "urn:other" in seen["xml"]["stdout"]
    assert verbs(seen["started"]) == ["start"]
    assert "xml_patches[0]" in seen["running"]["restart_required"]
    assert seen["bad_path"]["msg"].startswith("xml_patches[0].xpath: ")
    assert seen["nothing"]["msg"].startswith("xml_patches[0]: 'oddity' finds nothing")
    assert seen["identity"]["msg"].startswith("xml_patches[0]: changes the name")
    assert seen["unknown"]["msg"].startswith("xml_patches: libvirt does not know")
