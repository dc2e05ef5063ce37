# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets on real libvirt: set, compared and kept, and shown nowhere."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from tests.integration.play import Task, check, picture, play, refused, shell, task, verbs

CHAP = {"type": "iscsi", "usage": "it-shelf"}
CEPH = {"type": "ceph", "usage": "it-client", "private": True}
TPM = {"type": "vtpm", "usage": "it-tpm", "uuid": "6b1d6f0e-3f43-4a1c-8d0a-5b1f8a7d0c11"}
LUKS = {"type": "volume", "usage": "/srv/it-secret/db.luks", "private": True}
PLAIN, OTHER, KEY = "it-Correct-Horse-1", "it-Wrong-Horse-2", "it-Ceph-Key-3"

# What libvirt has, read by its own calls, in base64; private ones are told to nobody.
_HAS = r"""
import base64, libvirt, sys
connection = libvirt.open("qemu:///system")
for secret in sorted(connection.listAllSecrets(), key=lambda one: one.usageID()):
    try:
        value = base64.b64encode(secret.value()).decode()
    except libvirt.libvirtError as error:
        value = error.get_error_message()
    print(secret.usageID(), value)
"""


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def has() -> Task:
    return shell(f"python3 - <<'EOF'\n{_HAS}EOF\n")


def told(result: Any) -> dict[str, str]:
    lines = (line.split(" ", 1) for line in result["stdout"].splitlines())
    return {usage: value for usage, value in lines if usage.startswith(("it-", "/srv/it-"))}


def gone() -> dict[str, Task]:
    """Nothing is left of what other runs may have left."""
    wishes = (CHAP, CEPH, TPM, LUKS)
    return {
        f"end{number}": task("secret", type=one["type"], usage=one["usage"], state="absent")
        for number, one in enumerate(wishes)
    }


# The command lines of all processes, from the first task on.
_WATCH = r"""
nohup sh -c 'end=$(($(date +%s) + 120)); while [ $(date +%s) -lt $end ] && ! [ -e /run/it-stop ]
do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" " "; echo; sleep 0.1; done' \
    > /run/it-ps 2>/dev/null </dev/null &
"""
_STOP = "touch /run/it-stop; sleep 0.3; wc -c < /run/it-ps"


def test_a_value_is_set_compared_and_shown_nowhere(lab: Any, tmp_path: Path) -> None:
    chap = {**CHAP, "description": "CHAP of the shelf", "value": PLAIN}
    ceph = {**CEPH, "value_base64": encoded(KEY)}
    seen = play(
        lab,
        tmp_path,
        watch=shell(_WATCH),
        before=picture(),
        predicted=check("secret", **chap),
        between=picture(),
        made=task("secret", **chap),
        again=task("secret", **chap),
        foreseen=check("secret", **CHAP, value=OTHER),
        changed=task("secret", **CHAP, value=OTHER),
        private=task("secret", **ceph),
        same=task("secret", **ceph),
        same_check=check("secret", **ceph),
        drift=shell(
            f"virsh -q secret-set-value {{{{ result_private.secret.uuid }}}} {encoded('drift')}"
        ),
        seen_drift=check("secret", **ceph),
        mended=task("secret", **ceph),
        at_last=task("secret", **ceph),
        generated=task("secret", **TPM, generate=True),
        kept=task("secret", **TPM, generate=True),
        none=task("secret", **LUKS),
        told=task("secret_info"),
        has=has(),
        files=shell(
            "cd ~/.local/state/vmrt.libvirt/secrets; find . ! -perm 0700 ! -perm 0600; cat *"
        ),
        log=shell("journalctl -q --no-pager; cat /var/log/libvirt/*.log /tmp/.ansible* || true"),
        stop=shell(_STOP),
        ps=shell("cat /run/it-ps; rm -f /run/it-ps /run/it-stop"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define", "set_secret_value"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    assert seen["made"]["diff"]["after"]["value"] == "the value of this task"
    secret = seen["made"]["secret"]
    assert (secret["usage"], secret["has_value"]) == ("it-shelf", True)
    assert not seen["again"]["changed"]
    assert verbs(seen["changed"]) == ["set_secret_value"]
    assert seen["foreseen"]["diff"] == seen["changed"]["diff"]
    assert verbs(seen["private"]) == ["define", "set_secret_value"]
    for name in ("same", "same_check", "at_last", "kept"):
        assert not seen[name]["changed"], name
    for name in ("seen_drift", "mended"):
        assert verbs(seen[name]) == ["set_secret_value"]
    assert verbs(seen["generated"]) == ["define", "set_secret_value"]
    assert "has no value" in seen["none"]["warnings"][0]
    info = {one.get("usage"): one for one in seen["told"]["secrets"]}
    assert (info["it-shelf"]["has_value"], info["it-shelf"]["private"]) == (True, False)
    assert (info["it-client"]["has_value"], info["it-client"]["private"]) == (True, True)
    assert "has_value" not in info[LUKS["usage"]]
    values = told(seen["has"])
    assert values["it-shelf"] == encoded(OTHER)
    assert "private" in values["it-client"]
    made_up = base64.b64decode(values["it-tpm"])
    assert len(made_up) == 44
    files = seen["files"]["stdout"]
    assert files.startswith('{"salt"'), files
    hidden = [PLAIN, OTHER, KEY, made_up.decode()]
    del seen["has"]
    shown = {name: json.dumps(one) for name, one in seen.items()}
    output = (tmp_path / "output.txt").read_text()
    # That of the tasks of the test that read it.
    output = output.replace(values["it-tpm"], "").replace(encoded(OTHER), "")
    for word in [*hidden, *map(encoded, hidden)]:
        assert word not in output
        assert [name for name, text in shown.items() if word in text] == []
    assert "python3" in seen["ps"]["stdout"]
    assert "ansible" in seen["log"]["stdout"]


def test_what_is_needed_is_kept(lab: Any, tmp_path: Path) -> None:
    pool = {
        "name": "it-shelf",
        "type": "iscsi",
        "hosts": [{"name": "192.0.2.1"}],
        "devices": [{"path": "iqn.2013-06.com.example:disks"}],
        "auth": {"type": "chap", "username": "node1", "secret_usage": "it-shelf"},
    }
    tpm = {"model": "tpm-crb", "version": "2.0", "encryption_secret": TPM["uuid"]}
    vm = {"name": "it-secret", "hypervisor": "qemu"}
    folder = {"name": "it-secret", "target": "/srv/it-secret"}
    disk = {"name": "db.luks", "pool": "it-secret"}
    encryption = {"secret_usage": LUKS["usage"]}
    fleet = {"secrets": [{**TPM, "value": PLAIN}], "vms": [{**vm, "tpm": tpm}]}
    leaving = {
        "secrets": [{**TPM, "state": "absent"}],
        "vms": [{"name": "it-secret", "state": "absent"}],
    }
    end = {"type": "vtpm", "usage": "it-tpm", "state": "absent"}
    seen = play(
        lab,
        tmp_path,
        have=task("secret", **CHAP, value=PLAIN),
        have_tpm=task("secret", **TPM, value=PLAIN),
        fresh=task("secret", type="volume", usage=LUKS["usage"], state="absent"),
        have_luks=task("secret", **LUKS, generate=True),
        folder=task("pool", **folder, state="active"),
        disk=task("disk", **disk, size="8MiB", format="raw", encryption=encryption),
        needed=task("secret_info", type="volume", usage=LUKS["usage"]),
        by_volume=task("secret", type="volume", usage=LUKS["usage"], state="absent"),
        other_key=check("secret", **LUKS, value=OTHER),
        disk_end=task("disk", **disk, state="absent"),
        folder_end=task("pool", name="it-secret", state="absent"),
        pool=task("pool", **pool),
        vm=task("vm", **vm, tpm=tpm),
        by_pool=task("secret", **CHAP, state="absent"),
        by_vm=check("secret", **end),
        another=task("secret", **TPM, value=OTHER),
        described=task("secret", **TPM, value=PLAIN, description="TPM of it-secret"),
        log_in=task("secret", **CHAP, value=OTHER),
        fixed=task("secret", **CHAP, uuid=TPM["uuid"]),
        key=check("secret", **{**CEPH, "usage": "it-other"}, value=PLAIN),
        foreseen_fleet=check("fleet", **leaving),
        kept_fleet=task("fleet", **fleet),
        forced=task("secret", **end, force=True),
        pool_end=task("pool", name="it-shelf", state="absent"),
        new_fleet=task("fleet", **fleet),
        end_fleet=task("fleet", **leaving),
        foreseen_end=check("secret", **CHAP, state="absent"),
        ended=task("secret", **CHAP, state="absent"),
        again=task("secret", **CHAP, state="absent"),
        **gone(),
        has=has(),
        records=shell("ls ~/.local/state/vmrt.libvirt/secrets"),
    )
    assert verbs(seen["have_luks"]) == ["define", "set_secret_value"]
    assert seen["disk"]["changed"], seen["disk"]
    (secret,) = seen["needed"]["secrets"]
    volume = {"kind": "volume", "name": "it-secret/db.luks", "encrypts": True}
    assert secret["used_by"] == [volume]
    for name, option in {"by_volume": "state", "other_key": "value"}.items():
        assert "the volume 'it-secret/db.luks'" in refused(seen[name], option)
    assert "the pool 'it-shelf'" in refused(seen["by_pool"], "state")
    assert "the vm 'it-secret'" in refused(seen["by_vm"], "state")
    assert "the vm 'it-secret'" in refused(seen["another"], "value")
    assert verbs(seen["described"]) == ["define"]
    assert verbs(seen["log_in"]) == ["set_secret_value"]
    refused(seen["fixed"], "type")
    refused(seen["key"], "value")
    assert verbs(seen["forced"]) == ["undefine"]
    assert not seen["kept_fleet"]["changed"]
    assert seen["new_fleet"]["shared"]["secrets"]["vtpm/it-tpm"]["changed"]
    assert seen["foreseen_fleet"]["changed"]
    assert not seen["foreseen_fleet"].get("failed")
    assert seen["end_fleet"]["shared"]["secrets"]["vtpm/it-tpm"]["phase"]
    assert seen["foreseen_end"]["actions"] == seen["ended"]["actions"]
    assert verbs(seen["ended"]) == ["undefine"]
    assert not seen["again"]["changed"]
    assert told(seen["has"]) == {}
    assert seen["records"]["stdout"] == ""


def test_the_secrets_of_a_node_are_not_shown_by_a_play(lab: Any, tmp_path: Path) -> None:
    secrets = [{**CHAP, "value": PLAIN}, {**CEPH, "value_base64": encoded(KEY)}]
    inventory, playbook = tmp_path / "fleet.json", tmp_path / "play.json"
    role = {"import_role": {"name": "vmrt.libvirt.fleet", "rolespec_validate": False}}
    playbook.write_text(
        json.dumps([{"hosts": "vmrt_nodes", "gather_facts": False, "tasks": [role]}])
    )
    outputs = []
    for state in ("present", "present", "absent"):
        wanted = [{**one, "state": state} for one in secrets]
        group = {"hosts": {"node1": {}}, "vars": {"vmrt_secrets": wanted}}
        inventory.write_text(json.dumps({"vmrt_nodes": group}))
        done = lab.ansible_playbook("-i", str(inventory), str(playbook), "-vvv", "--diff")
        outputs.append(done.stdout + done.stderr)
    assert ["changed=0" in output for output in outputs] == [False, True, False]
    for output in outputs:
        assert "it-shelf" in output
        assert [word for word in (PLAIN, KEY, encoded(PLAIN), encoded(KEY)) if word in output] == []
