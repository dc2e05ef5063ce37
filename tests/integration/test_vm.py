# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines on a real node: made, changed while they run, stopped, removed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

POOL = task("pool", name="default", state="active")
LAN = task(
    "network",
    name="it-lan",
    state="active",
    mode="nat",
    addresses=[
        {
            "address": "192.168.77.1",
            "prefix": 24,
            "dhcp": {"ranges": [{"start": "192.168.77.100", "end": "192.168.77.199"}]},
        }
    ],
)
LOG = "/var/log/libvirt/qemu/it-vm-console.log"
CONSOLE = shell(f"sleep 2; tr -d '\\r' < {LOG}")
WISH: dict[str, Any] = {
    "name": "it-vm",
    "state": "running",
    "memory": "192MiB",
    "max_memory": "256MiB",
    "vcpus": 1,
    "max_vcpus": 2,
    "labels": {"tier": "web"},
    "autostart": True,
    "disks": [{"name": "root", "size": "1GiB", "image": "it-vm-tiny.qcow2"}],
    "nics": [{"name": "lan", "network": "it-lan"}],
    "serials": [{"name": "console", "log": LOG}],
    "graphics": [{"type": "vnc"}],
    "cloud_init": {"hostname": "it-vm", "users": [{"name": "op", "passwd": "hunter2secret"}]},
    "wait_for": "ip",
    "wait_timeout": 120,
    "stop_timeout": 120,
}
LARGER: dict[str, Any] = {
    **WISH,
    "memory": "256MiB",
    "vcpus": 2,
    "labels": {"tier": "db"},
    "autostart": False,
    "cpu": {"mode": "maximum"},
    "disks": [
        {"name": "root", "size": "1536MiB"},
        {"name": "data", "size": "64MiB", "serial": "it-data"},
    ],
    "nics": [{"name": "lan", "network": "it-lan"}, {"name": "more", "network": "it-lan"}],
}
SMALLER: dict[str, Any] = {
    **LARGER,
    "disks": [{"name": "data", "state": "absent"}],
    "nics": [],
    "remove_unmanaged": ["nics"],
    "delete_disks": "owned",
}
del SMALLER["cpu"]
SMALLER["nics"] = [{"name": "lan", "network": "it-lan"}]


def test_the_life_of_a_machine(lab: Any, tiny_image: Path, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        lan=LAN,
        image=task("image", name="it-vm-tiny.qcow2", src=str(tiny_image)),
        before=picture(),
        predicted=check("vm", **WISH),
        between=picture(),
        made=task("vm", **WISH),
        again=task("vm", **WISH),
        before_larger=picture(),
        predicted_larger=check("vm", **LARGER),
        between_larger=picture(),
        larger=task("vm", **LARGER),
        larger_again=task("vm", **LARGER),
        console=CONSOLE,
        predicted_smaller=check("vm", **SMALLER),
        smaller=task("vm", **SMALLER),
        smaller_again=task("vm", **SMALLER),
        console_later=CONSOLE,
        info=task("vm_info", name="it-vm"),
        paused=task("vm", name="it-vm", state="paused"),
        restarted=task("vm", name="it-vm", state="running", vcpus=1, apply="restart"),
        stopped=task("vm", name="it-vm", state="stopped"),
        stopped_again=task("vm", name="it-vm", state="stopped"),
        predicted_end=check("vm", name="it-vm", state="absent", delete_disks="owned"),
        ended=task("vm", name="it-vm", state="absent", delete_disks="owned"),
        gone=task("vm", name="it-vm", state="absent"),
        left=shell("(ls -A /var/lib/libvirt/images; virsh -q list --all --name) | grep it-vm"),
        image_end=task("image", name="it-vm-tiny.qcow2", state="absent"),
    )
    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == [
        *("define", "create_volume", "write_volume", "set_autostart", "start")
    ]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["predicted"]["diff"] == seen["made"]["diff"]
    assert seen["made"]["filled"]["hypervisor"] == "qemu"
    made = seen["made"]["vm"]
    assert (made["status"]["phase"], made["memory"], made["vcpus"]) == ("Running", "192MiB", 1)
    assert made["status"]["addresses"][0]["address"].startswith("192.168.77.1")
    assert made["status"]["addresses"][0]["source"] == "lease"
    assert made["graphics"][0]["listen"] == "127.0.0.1"
    assert not seen["again"]["changed"]

    assert seen["before_larger"]["stdout"] == seen["between_larger"]["stdout"]
    assert sorted(verbs(seen["larger"])) == sorted(
        [
            *("define", "create_volume", "attach", "attach", "set_metadata", "set_memory"),
            *("set_vcpus", "block_resize", "set_autostart"),
        ]
    )
    assert seen["predicted_larger"]["actions"] == seen["larger"]["actions"]
    assert seen["predicted_larger"]["diff"] == seen["larger"]["diff"]
    assert seen["larger"]["restart_required"] == ["cpu.mode"]
    assert not seen["larger_again"]["changed"]
    assert "disk vdb added" in seen["console"]["stdout"]
    assert "nic eth1 added" in seen["console"]["stdout"]
    assert "POWERING OFF" not in seen["console"]["stdout"]

    assert verbs(seen["smaller"]) == [
        *("define", "detach", "detach", "delete_volume", "set_metadata")
    ]
    assert seen["predicted_smaller"]["actions"] == seen["smaller"]["actions"]
    assert not seen["smaller_again"]["changed"]
    assert "disk vdb removed" in seen["console_later"]["stdout"]
    assert "nic eth1 removed" in seen["console_later"]["stdout"]
    info = seen["info"]["vms"][0]
    assert [disk["name"] for disk in info["disks"]] == ["root"]
    assert info["disks"][0]["size"] == "1536MiB"
    assert info["disks"][0]["image"] == "it-vm-tiny.qcow2"
    assert info["labels"] == {"tier": "db"}

    assert verbs(seen["paused"]) == ["suspend"]
    assert verbs(seen["restarted"]) == ["define", "resume", "shutdown", "start"]
    assert verbs(seen["stopped"]) == ["shutdown"]
    assert seen["stopped"]["vm"]["status"]["phase"] == "Stopped"
    assert not seen["stopped_again"]["changed"]
    assert verbs(seen["ended"]) == ["undefine", "delete_volume", "delete_volume"]
    assert seen["predicted_end"]["actions"] == seen["ended"]["actions"]
    assert not seen["gone"]["changed"]
    assert seen["left"]["stdout"].split() == ["it-vm-tiny.qcow2"]
    assert "hunter2secret" not in json.dumps(seen)


def test_removing_a_machine_keeps_its_disks(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        made=task("vm", name="it-kept", disks=[{"name": "root", "size": "1MiB"}]),
        ended=task("vm", name="it-kept", state="absent"),
        kept=shell("ls /var/lib/libvirt/images/it-kept-root.qcow2"),
        disk=task("disk", name="it-kept-root.qcow2", state="absent"),
    )
    assert verbs(seen["ended"]) == ["undefine"]
    assert seen["kept"]["rc"] == 0


FOREIGN = """
<domain type='qemu' xmlns:other='urn:other'>
  <name>it-foreign</name>
  <metadata><other:keep answer='42'/></metadata>
  <memory unit='MiB'>64</memory>
  <vcpu>1</vcpu>
  <os><type machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <on_crash>restart</on_crash>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/>
      <source file='/var/lib/libvirt/images/it-foreign.img'/><target dev='vda' bus='virtio'/></disk>
    <interface type='network'><mac address='52:54:00:77:77:77'/><source network='it-lan'/>
      <model type='e1000'/></interface>
    <input type='tablet' bus='usb'/>
    <watchdog model='i6300esb' action='none'/>
  </devices>
</domain>
"""


def test_a_machine_of_another_origin_is_changed_and_kept(lab: Any, tmp_path: Path) -> None:
    wish = {
        "name": "it-foreign",
        "memory": "96MiB",
        "disks": [{"name": "root", "target": "vda", "cache": "none"}],
        "nics": [{"name": "lan", "mac": "52:54:00:77:77:77"}],
    }
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        lan=LAN,
        disk=task("disk", name="it-foreign.img", size="1MiB", format="raw"),
        defined=shell(f"cat > /tmp/it.xml <<'X'\n{FOREIGN}\nX\nvirsh -q define /tmp/it.xml"),
        uuid=shell("virsh -q domuuid it-foreign"),
        adopted=task("vm", **wish),
        again=task("vm", **wish),
        renamed=task("vm", name="it-foreign", disks=[{"name": "root", "cache": "writeback"}]),
        xml=shell("virsh -q dumpxml --inactive it-foreign"),
        ended=task("vm", name="it-foreign", state="absent"),
        kept=shell("rm /tmp/it.xml; ls /var/lib/libvirt/images/it-foreign.img"),
        gone=task("disk", name="it-foreign.img", state="absent"),
    )
    assert verbs(seen["adopted"]) == ["define"]
    assert not seen["again"]["changed"]
    assert verbs(seen["renamed"]) == ["define"]
    xml = seen["xml"]["stdout"].replace('"', "'")
    for kept in (
        *("answer='42'", "52:54:00:77:77:77", "e1000", "type='tablet'", "i6300esb"),
        *("<on_crash>restart", seen["uuid"]["stdout"].strip(), "cache='writeback'"),
    ):
        assert kept in xml, kept
    assert xml.count("<disk ") == xml.count("<interface ") == 1
    assert seen["kept"]["rc"] == 0


BAD: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": ".."}),
    ("name", {"name": "a\nb"}),
    ("memory", {"memory": "4GB"}),
    ("disks[root].pool", {"disks": [{"name": "root", "size": "1GiB", "pool": "nowhere"}]}),
    ("disks[root].image", {"disks": [{"name": "root", "image": "nothing.qcow2"}]}),
    ("disks[root].size", {"disks": [{"name": "root"}]}),
    ("nics[lan].network", {"nics": [{"name": "lan", "network": "nowhere"}]}),
    (
        "nics[b].mac",
        {
            "state": "present",
            "nics": [{"name": name, "mac": "52:54:00:00:00:01"} for name in "ab"],
        },
    ),
    ("hypervisor", {"hypervisor": "kvm"}),
    ("uri", {"uri": "qemu+tcp://127.0.0.1:1/system"}),
    ("cloud_init.user_data", {"cloud_init": {"user_data": "no header"}}),
]


def test_bad_input_is_told_before_anything_is_touched(lab: Any, tmp_path: Path) -> None:
    tasks = {}
    for number, (_option, wish) in enumerate(BAD):
        full = {"name": "it-bad", "state": "running", **wish}
        tasks[f"predicted_{number}"] = check("vm", **full)
        tasks[f"real_{number}"] = task("vm", **full)
    seen = play(lab, tmp_path, pool=POOL, before=picture(), **tasks, after=picture())
    for number, (option, _wish) in enumerate(BAD):
        predicted = refused(seen[f"predicted_{number}"], option)
        assert refused(seen[f"real_{number}"], option) == predicted
    assert seen["before"]["stdout"] == seen["after"]["stdout"]


def test_a_failure_on_the_way_says_what_is_done_and_the_next_run_converges(
    lab: Any, tmp_path: Path
) -> None:
    wish = {
        "name": "it-half",
        "disks": [{"name": "root", "size": "1MiB"}],
        "cdroms": [{"name": "cd", "path": "/srv/it-half.iso"}],
    }
    run = {**wish, "state": "running"}
    seen = play(
        lab,
        tmp_path,
        pool=POOL,
        # Only QEMU looks what it is.
        no_medium=shell("mkdir /srv/it-half.iso"),
        failed=task("vm", **run),
        medium=shell("rmdir /srv/it-half.iso && truncate -s 1M /srv/it-half.iso"),
        repaired=task("vm", **run),
        again=task("vm", **run),
        ended=task("vm", name="it-half", state="absent", stop_timeout=1, force=True),
        medium_end=shell("rm /srv/it-half.iso"),
        disk_end=task("disk", name="it-half-root.qcow2", state="absent"),
    )
    assert seen["failed"]["failed"]
    assert "Done before that: define vm it-half" in seen["failed"]["msg"]
    assert [step["action"] for step in seen["failed"]["actions"]] == ["define", "create_volume"]
    assert seen["failed"]["failed_action"]["action"] == "start"
    assert verbs(seen["repaired"]) == ["start"]
    assert not seen["again"]["changed"]
    assert verbs(seen["ended"]) == ["shutdown", "undefine"]


def test_more_memory_than_the_node_has_is_a_warning_with_the_figures(
    lab: Any, tmp_path: Path
) -> None:
    wish = {"name": "it-huge", "memory": "900TiB"}
    seen = play(lab, tmp_path, predicted=check("vm", **wish))
    assert seen["predicted"]["changed"]
    assert "it-huge wants 900TiB, and the node has" in json.dumps(seen["predicted"])
