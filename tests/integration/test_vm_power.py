# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine that is rebooted, halted, saved, looked at and dumped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import (
    Task,
    check,
    picture,
    play,
    refused,
    shell,
    task,
    verbs,
)

NAME = "it-power"
LOG = f"/var/log/libvirt/qemu/{NAME}-console.log"
WISH: dict[str, Any] = {
    "name": NAME,
    "state": "running",
    "memory": "128MiB",
    "disks": [{"name": "root", "size": "1GiB", "image": "it-power.qcow2"}],
    "serials": [{"name": "console", "log": LOG}],
    "graphics": [{"type": "vnc"}],
}
# Until the guest has been ready so many times.
READY = f"for i in $(seq 120); do [ $(grep -c READY {LOG}) -ge %d ] && break; sleep 0.5; done"


def power(operation: str, **options: Any) -> Task:
    return task("vm_power", name=NAME, operation=operation, **options)


def foretold(operation: str, **options: Any) -> Task:
    return check("vm_power", name=NAME, operation=operation, **options)


def test_what_is_done_to_a_machine(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    dump = {"path": "/srv/it-power.core", "memory_only": True, "format": "kdump-zlib"}
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        image=task("image", name="it-power.qcow2", src=str(tiny_image)),
        defined=task("vm", **{**WISH, "state": "present"}),
        off=power("reboot"),
        made=task("vm", **WISH),
        ready=shell(READY % 1),
        before=picture(),
        reboot_foretold=foretold("reboot", mode="acpi"),
        between=picture(),
        rebooted=power("reboot", mode="acpi", wait_timeout=120),
        ready_again=shell(READY % 2),
        reset=power("reset"),
        suspend_foretold=foretold("suspend"),
        suspended=power("suspend"),
        suspended_again=power("suspend"),
        asked_while_paused=power("reboot"),
        resumed=power("resume"),
        resumed_again=power("resume"),
        interrupted=power("inject_nmi"),
        pressed=power("send_keys", keys=["KEY_LEFTCTRL", "KEY_LEFTALT", "KEY_F2"]),
        typed=power("send_keys", text="Typed, and secret!\n", hold_time=10),
        shot=power("screenshot", path="/srv/it-power.png"),
        shot_elsewhere=power("screenshot", path="/srv/none/it-power.png"),
        no_screen=power("screenshot", path="/srv/it-power.png", screen=1),
        dumped=power("dump", live=True, **dump),
        files=shell("stat -c '%n %a' /srv/it-power.*; head -c 8 /srv/it-power.png | od -An -tx1"),
        save_foretold=foretold("save"),
        saved=power("save"),
        saved_again=power("save"),
        info_saved=task("vm_info", name=NAME),
        woken=task("vm", **WISH),
        uptime=shell(f"grep -c READY {LOG}; virsh -q domstate --reason {NAME}"),
        saved_paused=power("save", paused=True),
        removed=power("remove_save"),
        removed_again=power("remove_save"),
        started=task("vm", **WISH),
        # A process that stands still is told, and nobody waits for it.
        stopped=shell(f"kill -STOP $(cat /run/libvirt/qemu/{NAME}.pid)"),
        info_stopped=task("vm_info", name=NAME, address_sources=["lease"]),
        going=shell(f"kill -CONT $(cat /run/libvirt/qemu/{NAME}.pid)"),
        info=task("vm_info", name=NAME, address_sources=["lease"]),
        crashed=power("dump", path="/srv/it-power.raw", crash=True),
        ended=task("vm", name=NAME, state="absent", delete_disks="owned"),
        cleared=shell("rm /srv/it-power.*"),
        image_end=task("image", name="it-power.qcow2", state="absent"),
    )
    assert "only a running one can reboot" in refused(seen["off"], "operation")
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["rebooted"]) == ["reboot"]
    assert seen["reboot_foretold"]["actions"] == seen["rebooted"]["actions"]
    assert verbs(seen["reset"]) == ["reset"]

    assert verbs(seen["suspended"]) == ["suspend"]
    assert seen["suspend_foretold"]["diff"] == seen["suspended"]["diff"]
    assert seen["suspended"]["phase"] == "Paused"
    assert verbs(seen["suspended_again"]) == []
    assert "Resume it first" in refused(seen["asked_while_paused"], "operation")
    assert (verbs(seen["resumed"]), seen["resumed"]["phase"]) == (["resume"], "Running")
    assert verbs(seen["resumed_again"]) == []
    assert verbs(seen["interrupted"]) == ["inject_nmi"]
    assert verbs(seen["pressed"]) == verbs(seen["typed"]) == ["send_keys"]
    assert "secret" not in str(seen["typed"])

    assert seen["shot"]["screenshot_type"] == "image/png"
    refused(seen["shot_elsewhere"], "path")
    refused(seen["no_screen"], "screen")
    assert verbs(seen["dumped"]) == ["dump"]
    files = seen["files"]["stdout"].splitlines()
    assert files[:2] == ["/srv/it-power.core 600", "/srv/it-power.png 600"]
    assert files[2].split() == ["89", "50", "4e", "47", "0d", "0a", "1a", "0a"]

    assert verbs(seen["saved"]) == ["save"]
    assert seen["save_foretold"]["diff"] == seen["saved"]["diff"]
    assert (seen["saved"]["phase"], seen["saved"]["saved"]) == ("Stopped", True)
    assert verbs(seen["saved_again"]) == []
    status = seen["info_saved"]["vms"][0]["status"]
    assert status["saved"] is True
    assert status["paths"]["saved_memory"].endswith(f"/{NAME}.save")
    assert verbs(seen["woken"]) == ["start"]
    # It went on from where it was: it has not been started a fourth time.
    assert seen["uptime"]["stdout"].split("\n")[1] == "running (restored)"
    assert verbs(seen["removed"]) == ["remove_save"]
    assert verbs(seen["removed_again"]) == []

    health = seen["info_stopped"]["vms"][0]["status"]["health"]
    assert (health["healthy"], health["problems"]) == (False, ["its process is stopped"])
    status = seen["info"]["vms"][0]["status"]
    assert status["health"]["healthy"] is True
    assert status["health"]["control"] == "ok"
    assert status["processes"]["pid"] > 1
    assert list(status["processes"]["vcpu_threads"]) == ["0"]
    assert {"definition", "log", "folder", "monitor", "agent"} <= set(status["paths"])
    assert status["disks"][0]["users"] == [NAME]
    assert seen["crashed"]["phase"] == "Stopped"
    assert verbs(seen["ended"])[0] == "undefine"
