# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What UEFI stores, in a backup, in a vm that is made of it, and in a clone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

NAME, FOLDER = "it-nvram", "/srv/it-nvram"
STORED = "/var/lib/libvirt/qemu/nvram"
MINE = f"{STORED}/{NAME}_VARS.fd"
# A machine that is paused runs nothing, and so changes nothing.
VM: dict[str, Any] = {
    "name": NAME,
    "memory": "64MiB",
    "machine": "q35",
    "firmware": "efi",
    "force": True,
    "stop_timeout": 1,
    "nics": [],
    "disks": [{"name": "root", "size": "8MiB"}],
}
BACKUP = {"vm": NAME, "folder": FOLDER}


def test_each_vm_has_its_own(lab: Any, tmp_path: Path) -> None:
    clone, back = f"{NAME}-clone", f"{NAME}-back"
    cloned = {"name": clone, "source": NAME}
    restored = {**BACKUP, "name": "one", "new_name": back}
    gone = {"state": "absent", "delete_disks": "owned"}
    seen = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        folder=shell(f"mkdir -p {FOLDER} && chmod 711 {FOLDER}"),
        made=task("vm", **VM, state="paused"),
        off=task("vm", **VM, state="stopped"),
        written=shell(f"printf mark | dd of={MINE} bs=1 seek=5000 conv=notrunc"),
        before=picture(),
        foretold=check("vm_clone", **cloned),
        between=picture(),
        clone=task("vm_clone", **cloned),
        clone_again=task("vm_clone", **cloned),
        one=task("vm_backup", **BACKUP, name="one"),
        files=shell(f"cd {FOLDER}/{NAME}/one && stat -c '%n %a %U' nvram.fd"),
        back=task("vm_restore", **restored),
        back_again=task("vm_restore", **restored),
        same=shell(
            f"cd {STORED} && for vm in {clone} {back}; do cmp {MINE} ${{vm}}_VARS.fd && "
            "stat -c '%a %U' ${vm}_VARS.fd; done"
        ),
        clone_on=task("vm", name=clone, state="paused"),
        back_on=task("vm", name=back, state="paused"),
        used=shell(f"for vm in {clone} {back}; do virsh dumpxml $vm | grep '</nvram>'; done"),
        changed=shell(f"printf x >>{FOLDER}/{NAME}/one/nvram.fd"),
        scan=task("vm_backup_info", **BACKUP, verify=True),
        refused=task("vm_restore", **{**restored, "new_name": f"{NAME}-no", "verify": True}),
        clone_gone=task("vm", name=clone, force=True, stop_timeout=1, **gone),
        back_gone=task("vm", name=back, force=True, stop_timeout=1, **gone),
        gone=task("vm", **VM, **gone),
        left=shell(f"ls -A {STORED} | grep {NAME}; rm -r {FOLDER}"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert seen["foretold"]["actions"] == seen["clone"]["actions"]
    assert verbs(seen["clone"]) == ["copy_disks", "copy_nvram", "define_with_volumes"]
    assert verbs(seen["clone_again"]) == verbs(seen["back_again"]) == []
    for one in ("clone", "one", "back"):
        assert not any("UEFI" in told for told in seen[one].get("warnings", ()))
    assert seen["files"]["stdout"] == "nvram.fd 600 root"
    assert verbs(seen["back"]) == ["restore_disk", "copy_nvram", "define_with_volumes"]
    assert seen["same"]["stdout"].splitlines() == ["600 root"] * 2, seen["same"]
    assert verbs(seen["clone_on"]) == verbs(seen["back_on"]) == ["start"]
    assert all(f"{STORED}/{vm}_VARS.fd<" in seen["used"]["stdout"] for vm in (clone, back))
    assert seen["scan"]["backups"][0]["problems"] == ["one/nvram.fd has another digest"]
    assert "nvram.fd has another digest" in refused(seen["refused"], "name")
    assert verbs(seen["gone"])[0] == "undefine"
    assert seen["left"]["stdout"] == ""
