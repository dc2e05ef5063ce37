# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Debian guest that has no network: seen and changed through its agent."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.integration.play import Task, check, play, refused, shell, task, verbs

NAME = "it-guest"
LOG = f"/var/log/libvirt/qemu/{NAME}-console.log"
WISH: dict[str, Any] = {
    "name": NAME,
    "state": "running",
    "memory": "512MiB",
    "vcpus": 2,
    "disks": [
        {"name": "root", "size": "4GiB", "image": "it-guest.qcow2", "serial": "root"},
        {"name": "logs", "size": "1MiB", "bus": "scsi", "serial": "it logs"},
        {"name": "mine", "size": "1MiB", "bus": "scsi", "serial": "1", "vendor": "EIGHT4SY"},
        {"name": "wide", "size": "1MiB", "bus": "scsi", "wwn": "5000c50015ea71aa"},
    ],
    "serials": [{"name": "console", "log": LOG}],
}
# By what the guest knows its disks.
PATHS = [
    "/dev/disk/by-id/virtio-root",
    "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_it_logs",
    "/dev/disk/by-id/scsi-0EIGHT4SYQEMU_HARDDISK_1",
    "/dev/disk/by-id/wwn-0x5000c50015ea71aa",
]
KEYS = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOne one",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAITwo x",
]
SECRET = "sesame-open-99"


def guest(operation: str, **options: Any) -> Task:
    return task("vm_guest", name=NAME, operation=operation, **options)


def foretold(operation: str, **options: Any) -> Task:
    return check("vm_guest", name=NAME, operation=operation, **options)


@pytest.fixture(scope="module")
def waited(
    lab: Any, debian_image: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The guest is started, and waited for in vain and then not."""
    # What cloud-init can not do, it says.
    seed = {"hostname": NAME, "user_data": {"runcmd": [["no-such-command"]]}}
    return play(
        lab,
        tmp_path_factory.mktemp("guest"),
        pool=task("pool", name="default", state="active"),
        image=task("image", name="it-guest.qcow2", src=str(debian_image)),
        early=task("vm", **WISH, cloud_init=seed, wait_for="agent", wait_timeout=3),
        silent=task("vm_info", name=NAME),
        failed=task("vm", **WISH, wait_for="cloud_init", wait_timeout=600),
        there=task("vm", **WISH, wait_for="agent", wait_timeout=60),
        info=task("vm_info", name=NAME),
        used=task("vm_info", gather=["statistics"]),
    )


def test_who_waits_in_vain_is_told_what_was_seen(waited: dict[str, Any]) -> None:
    early = refused({**waited["early"], "changed": False}, "wait_for")
    assert waited["early"]["changed"]
    assert f"'{NAME}' did not reach agent within 3 s: " in early
    failed = refused(waited["failed"], "cloud_init")
    assert f"cloud-init of '{NAME}' ended with errors: " in failed
    assert "runcmd" in failed
    assert not waited["there"].get("failed")
    health = waited["silent"]["vms"][0]["status"]["health"]
    assert (health["healthy"], health["agent"]) == (False, False)
    status = waited["info"]["vms"][0]["status"]
    assert (status["health"]["healthy"], status["health"]["agent"]) == (True, True)
    assert sorted(status["processes"]["vcpu_threads"]) == ["0", "1"]
    assert [disk["guest_path"] for disk in status["disks"]] == PATHS


def test_what_a_guest_uses_is_counted(waited: dict[str, Any]) -> None:
    (info,) = waited["info"]["vms"]
    (used,) = [one for one in waited["used"]["vms"] if one["name"] == NAME]
    assert set(used) == {"name", "uuid", "state", "status"}
    assert (used["uuid"], used["state"]) == (info["uuid"], "running")
    counts = used["status"]["statistics"]
    assert counts["vcpus"] == info["vcpus"]
    # The node of a lab has no cgroups that libvirt could count with.
    assert counts["vcpu_seconds"] > 1
    assert counts["memory"] >= counts["memory_available"] > counts["memory_unused"] > 0
    # Its system was read from its first disk.
    assert counts["disks"][0]["read_bytes"] > 10_000_000
    assert counts["disks"][0]["read_seconds"] > 0
    drives = [*info["disks"], *info["cdroms"]]
    assert {disk["target"] for disk in counts["disks"]} == {one["target"] for one in drives}


def test_what_is_done_in_a_guest(lab: Any, waited: dict[str, Any], tmp_path: Path) -> None:
    write = {"path": "/opt/it.txt", "content": "grün\n" * 30000}
    keys = {"user": "debian", "keys": KEYS}
    only = {"user": "debian", "keys": KEYS[:1], "exclusive": True}
    make = {"argv": ["touch", "/opt/it made"], "creates": "/opt/it made"}
    links = " ".join(PATHS)
    backups = "/srv/it-guest"
    dd = f"qemu-img dd -f qcow2 -O raw bs=512 if={backups}/{NAME}/quiet/vda.qcow2 of=/var/tmp/part"
    script = f"echo out; echo err >&2; readlink -e {links}; cat | wc -c; exit 3"
    seen = play(
        lab,
        tmp_path,
        info=guest("info"),
        not_run=foretold("exec", **make),
        run=guest("exec", **make),
        run_again=guest("exec", **make),
        fails=guest("exec", argv=["sh", "-c", script], stdin="x" * 200000),
        late=guest("exec", command="sleep 9", timeout=1),
        long=guest("exec", command="head -c 5000000 /dev/zero"),
        unknown=guest("exec", command="no-such-command"),
        write_foretold=foretold("write_file", **write),
        written=guest("write_file", **write),
        written_again=guest("write_file", **write),
        read=guest("read_file", path="/opt/it.txt"),
        read_nothing=guest("read_file", path="/opt/none"),
        password=guest("set_password", user="debian", password=SECRET),
        nobody=guest("set_password", user="nobody-here", password=SECRET),
        keys=guest("authorized_keys", **keys),
        keys_again=guest("authorized_keys", **keys),
        keys_foretold=foretold("authorized_keys", **only),
        keys_only=guest("authorized_keys", **only),
        systems=guest("file_systems"),
        frozen=guest("freeze"),
        frozen_again=guest("freeze"),
        thawed=guest("thaw"),
        trimmed=guest("trim"),
        folder=shell(f"mkdir -m 711 {backups}"),
        quiet=task("vm_backup", vm=NAME, name="quiet", folder=backups, quiesce=True),
        # Two sectors into its second partition is what ext4 says of itself.
        told=shell(
            f"{dd} count=1 && first=$(od -An -tu4 -j470 -N4 /var/tmp/part) && "
            f"{dd} skip=$((first + 2)) count=$((first + 4)) && "
            "od -An -tx2 -j56 -N2 /var/tmp/part && od -An -tu4 -j96 -N4 /var/tmp/part"
        ),
        goes_on=guest("thaw"),
        earlier=guest("set_time", time=1767225600),
        clock_off=guest("get_time"),
        in_time=guest("set_time"),
        in_time_again=guest("set_time"),
    )
    assert seen["info"]["info"]["os"] == "debian"
    assert seen["info"]["info"]["hostname"] == NAME
    assert seen["not_run"]["actions"] == seen["run"]["actions"]
    assert verbs(seen["run"]) == ["guest_exec"]
    assert not seen["run_again"]["changed"]
    fails = seen["fails"]
    assert (fails["failed"], fails["rc"], fails["stderr"]) == (True, 3, "err\n")
    first, root, *others, size = fails["stdout"].split()
    assert (first, root, size) == ("out", "/dev/vda", "200000")
    assert sorted(others) == ["/dev/sda", "/dev/sdb", "/dev/sdc"]
    assert "runs on" in refused(seen["late"], "timeout")
    assert "4 MiB" in refused(seen["long"], "operation")
    refused(seen["unknown"], "operation")

    assert seen["write_foretold"]["diff"] == seen["written"]["diff"]
    assert verbs(seen["written"]) == ["guest_write"]
    assert verbs(seen["written_again"]) == []
    assert seen["read"]["file_text"] == write["content"]
    refused(seen["read_nothing"], "path")

    assert verbs(seen["password"]) == ["guest_password"]
    refused(seen["nobody"], "user")
    assert SECRET not in json.dumps(seen)
    assert verbs(seen["keys"]) == ["guest_keys"]
    assert verbs(seen["keys_again"]) == []
    assert set(KEYS) <= set(seen["keys_again"]["authorized_keys"])
    assert seen["keys_foretold"]["actions"] == seen["keys_only"]["actions"]
    assert KEYS[1] in seen["keys_only"]["actions"][0]["remove"]

    (root,) = [one for one in seen["systems"]["file_systems"] if one["mountpoint"] == "/"]
    assert (root["type"], root["serials"]) == ("ext4", ["root"])
    assert verbs(seen["frozen"]) == ["guest_freeze"]
    assert (verbs(seen["frozen_again"]), seen["frozen_again"]["frozen"]) == ([], True)
    assert verbs(seen["thawed"]) == ["guest_thaw"]
    assert verbs(seen["trimmed"]) == ["guest_trim"]
    assert verbs(seen["quiet"]) == ["take_backup"]
    magic, features = seen["told"]["stdout"].split()
    assert magic == "ef53"
    assert not int(features) & 4, "a file system at rest needs no journal to be read"
    assert verbs(seen["goes_on"]) == [], "it was at rest for a moment alone"
    assert verbs(seen["earlier"]) == ["guest_time"]
    assert seen["clock_off"]["offset"] < -(10**6)
    assert verbs(seen["in_time"]) == ["guest_time"]
    assert verbs(seen["in_time_again"]) == []


TASKS: list[dict[str, Any]] = [
    {"name": "Setup", "ansible.builtin.setup": {"gather_subset": ["!all", "platform"]}},
    {
        "name": "Copy",
        "ansible.builtin.copy": {"src": "{{ here }}/big", "dest": "/opt/big", "mode": "0640"},
        "register": "copied",
    },
    {
        "name": "Fetch",
        "ansible.builtin.fetch": {"src": "/opt/big", "dest": "{{ here }}/back", "flat": True},
    },
    {
        "name": "Command",
        "ansible.builtin.shell": "echo out; echo err >&2; id -un; exit 4",
        "register": "command",
        "failed_when": "command.rc != 4",
    },
    {
        "name": "Become",
        "ansible.builtin.command": "id -un",
        "become": True,
        "become_user": "debian",
        "register": "become",
    },
    {
        "name": "Report",
        "ansible.builtin.copy": {
            "dest": "{{ here }}/report",
            "content": "{{ [ansible_facts.kernel, copied.changed, command, become] | to_json }}",
        },
        "delegate_to": "localhost",
        "vars": {"ansible_connection": "local"},
    },
]


def test_ordinary_tasks_run_in_a_guest_without_a_network(
    lab: Any, waited: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "big").write_bytes(os.urandom(1024 * 1024 + 1))
    inventory, book = tmp_path / "hosts.yml", tmp_path / "guest.yml"
    variables = {
        "ansible_connection": "vmrt.libvirt.guest_agent",
        "ansible_guest_agent_uri": _uri(lab, tmp_path),
        "ansible_python_interpreter": "/usr/bin/python3",
        "here": str(tmp_path),
    }
    missing = {**variables, "ansible_guest_agent_vm": "it-none"}
    hosts = {NAME: variables, "none": missing}
    inventory.write_text(json.dumps({"all": {"hosts": hosts}}))
    play_of = {"hosts": NAME, "gather_facts": False, "tasks": TASKS}
    book.write_text(json.dumps([play_of]))
    done = lab.run(["ansible-playbook", "-i", str(inventory), str(book)], check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "back").read_bytes() == (tmp_path / "big").read_bytes()
    kernel, copied, command, become = json.loads((tmp_path / "report").read_text())
    assert (kernel.count("."), copied) == (2, True)
    assert (command["stdout_lines"], command["stderr"]) == (["out", "root"], "err")
    assert become["stdout"] == "debian"

    lost = lab.run(
        ["ansible", "-i", str(inventory), "none", "-m", "ansible.builtin.ping"], check=False
    )
    assert "UNREACHABLE" in lost.stdout + lost.stderr
    assert "can not reach the guest agent of 'it-none'" in lost.stdout + lost.stderr


def _uri(lab: Any, folder: Path) -> str:
    """The node's libvirt, as the controller reaches it."""
    key = ["-i", str(lab.definition.key), *lab.definition.ssh_options()]
    script = folder / "ssh"
    script.write_text(f'#!/bin/sh\nexec ssh {shlex.join(key)} "$@"\n', encoding="utf-8")
    script.chmod(0o700)
    query = urlencode({"command": str(script), "no_tty": 1})
    return f"qemu+ssh://root@{lab.nodes[0].address}/system?{query}"


def test_it_sleeps_and_is_woken(lab: Any, waited: dict[str, Any], tmp_path: Path) -> None:
    sleep = {"name": NAME, "operation": "sleep", "target": "mem", "wait_timeout": 60}
    wake = {"name": NAME, "operation": "wake_up", "wait_for": "agent", "wait_timeout": 60}
    boot = guest("read_file", path="/proc/sys/kernel/random/boot_id")
    seen = play(
        lab,
        tmp_path,
        boot=boot,
        foretold=check("vm_power", **sleep),
        asleep=task("vm_power", **sleep),
        still_asleep=task("vm_power", **sleep),
        info=task("vm_info", name=NAME),
        awake_foretold=check("vm_power", **wake),
        awake=task("vm_power", **wake),
        still_awake=task("vm_power", **wake),
        same_boot=boot,
    )
    assert verbs(seen["asleep"]) == ["sleep"]
    assert seen["foretold"]["actions"] == seen["asleep"]["actions"]
    assert seen["asleep"]["phase"] == "Suspended"
    assert verbs(seen["still_asleep"]) == []
    assert seen["info"]["vms"][0]["status"]["health"]["state"] == "pmsuspended"
    assert verbs(seen["awake"]) == verbs(seen["awake_foretold"]) == ["resume"]
    assert seen["awake"]["phase"] == "Running"
    assert verbs(seen["still_awake"]) == []
    assert seen["boot"]["file_text"] == seen["same_boot"]["file_text"]


def test_it_is_removed(lab: Any, waited: dict[str, Any], tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        ended=task(
            "vm", name=NAME, state="absent", delete_disks="owned", force=True, stop_timeout=1
        ),
        image=task("image", name="it-guest.qcow2", state="absent"),
        left=shell("ls -A /var/lib/libvirt/images | grep it-guest"),
    )
    assert verbs(seen["ended"])[:2] == ["shutdown", "undefine"]
    assert seen["left"]["stdout"] == ""
