# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_info tells of how a vm does."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_agent import FakeAgent
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import info
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.disk_status import guest_path
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import AGENT_CHANNEL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play


@pytest.fixture
def made() -> FakeNode:
    node = play.node()
    play.converge(node, state="running", disks=[play.disk(serial="a long serial of a disk")])
    node.agents["web1"] = FakeAgent()
    return node


def status(made: FakeNode, *sources: str, name: str = "web1") -> Any:
    return told(made, name=name, address_sources=list(sources or ("lease", "agent")))[0]["status"]


def told(made: FakeNode, **given: Any) -> Any:
    given = {"gather": ["options", "status"], "address_sources": [], **given}
    return info.vms(FakeObserver(made), given)["vms"]


def test_a_vm_that_is_well(made: FakeNode):
    made.vitals["web1"] = {"control": "ok", "processes": {"pid": 7, "state": "running"}}
    told = status(made)
    assert told["health"]["healthy"] is True
    assert told["health"]["agent"] is True
    assert told["health"]["state"] == told["health"]["hypervisor"] == "running"
    assert "problems" not in told["health"] or told["health"]["problems"] == []
    assert told["processes"]["pid"] == 7


@pytest.mark.parametrize(
    ("vitals", "problem"),
    [
        ({"processes": {"state": "stopped"}}, "its process is stopped"),
        ({"control": "error"}, "libvirt can not talk to its hypervisor"),
        ({"disk_errors": {"vda": "no space"}}, "the disk vda has an error: no space"),
        ({"reason": "io-error"}, "it is running: io-error"),
    ],
)
def test_what_is_wrong_is_told(made: FakeNode, vitals: dict[str, Any], problem: str):
    made.vitals["web1"] = vitals
    health = status(made)["health"]
    assert (health["healthy"], health["problems"]) == (False, [problem])


def test_an_agent_that_does_not_answer_is_told_where_it_is_asked(made: FakeNode):
    del made.agents["web1"]
    assert status(made)["health"]["problems"] == ["its guest agent does not answer"]
    assert status(made, "lease")["health"]["healthy"] is True
    made.agents["web1"] = FakeAgent()
    channel = play.live(made).find(f"devices/channel/target[@name='{AGENT_CHANNEL}']")
    channel.set("state", "disconnected")
    assert status(made)["health"]["agent"] is False
    channel.getparent().getparent().remove(channel.getparent())
    assert "agent" not in status(made)["health"]


@pytest.mark.parametrize(
    ("state", "reason", "problems"),
    [
        ("paused", "user", 0),
        ("paused", "io-error", 1),
        ("shutoff", "shutdown", 0),
        ("shutoff", "crashed", 1),
    ],
)
def test_a_vm_that_does_not_run_is_not_healthy(
    made: FakeNode, state: str, reason: str, problems: int
):
    made.vms["web1"].state = state
    made.vitals["web1"] = {"reason": reason}
    health = status(made)["health"]
    assert health["healthy"] is False
    assert len(health.get("problems", [])) == problems


def test_what_waits_for_a_restart_is_told_as_it_is(made: FakeNode):
    assert "in_force" not in status(made) or status(made)["in_force"] == {}
    play.converge(made, max_memory="4GiB")
    assert status(made)["in_force"] == {"max_memory": "1GiB"}
    # libvirt expands the processor of a running machine, and what was said of it is told.
    play.converge(made, name="db1", state="running", cpu={"mode": "host-model"})
    play.converge(made, name="db1", cpu={"mode": "maximum"})
    assert status(made, name="db1")["in_force"]["cpu.mode"] == "host-model"


def test_where_a_disk_is_and_who_has_it_is_told(made: FakeNode):
    made.block_devices[f"{play.FOLDER}/web1-root.qcow2"] = (253, 0)
    (disk,) = status(made)["disks"]
    assert disk == {
        "name": "root",
        "alias": "ua-vmrt-root",
        "path": f"{play.FOLDER}/web1-root.qcow2",
        "major": 253,
        "minor": 0,
        "address": "0000:01:00.0",
        "guest_path": "/dev/disk/by-id/virtio-a_long_serial_of_a_d",
        "users": ["web1"],
        "attach_count": 1,
    }


SHARED = {"name": "data", "path": "/srv/data.img", "format": "raw", "shareable": True}


def test_running_machines_that_have_a_disk_are_counted(made: FakeNode):
    """Up with each that attaches it, once, and down with each that lets go of it."""
    play.converge(made, name="db1", state="running")
    wish, gone = {"disks": [SHARED]}, {"disks": [{"name": "data", "state": "absent"}]}

    def count(name: str = "web1") -> tuple[int, list[str]]:
        found = [one for one in status(made, name=name).get("disks", ()) if one["name"] == "data"]
        return (found[0]["attach_count"], found[0]["users"]) if found else (0, [])

    assert count() == (0, [])
    play.converge(made, **wish)
    assert count() == (1, ["web1"])
    assert play.converge(made, **wish).actions == ()
    assert count() == (1, ["web1"])
    play.converge(made, name="db1", **wish)
    assert count() == count("db1") == (2, ["db1", "web1"])
    # One that is only defined has it, and does not use it.
    play.converge(made, name="db2", **wish)
    assert count() == (2, ["db1", "db2", "web1"])
    play.converge(made, name="db2", state="absent")
    made.held.add("ua-vmrt-data")
    with pytest.raises(VmrtError, match="did not let go"):
        play.converge(made, **gone)
    assert count() == (2, ["db1", "web1"])
    made.held.clear()
    play.converge(made, **gone)
    assert count("db1") == (1, ["db1"])
    assert play.converge(made, **gone).actions == ()
    play.converge(made, name="db1", **gone)
    assert count() == count("db1") == (0, [])


@pytest.mark.parametrize(
    ("disk", "path"),
    [
        ({"bus": "virtio", "serial": " a  b"}, "virtio-a_b"),
        ({"bus": "scsi", "serial": "x"}, "scsi-0QEMU_QEMU_HARDDISK_x"),
        (
            {"bus": "scsi", "serial": "x", "vendor": "12345678", "product": "p"},
            "scsi-012345678p_x",
        ),
        ({"bus": "sata", "serial": "x" * 24}, f"ata-QEMU_HARDDISK_{'x' * 20}"),
        ({"bus": "usb", "serial": "x"}, "usb-QEMU_QEMU_HARDDISK_x-0:0"),
        ({"bus": "scsi", "wwn": "5000c50015ea71aa"}, "wwn-0x5000c50015ea71aa"),
        ({"bus": "virtio"}, None),
        ({"bus": "fdc", "serial": "x"}, None),
    ],
)
def test_a_guest_knows_a_disk_by_what_it_is_told_of_it(disk: dict[str, Any], path: str | None):
    assert guest_path(disk) == (path and f"/dev/disk/by-id/{path}")


def test_only_what_is_asked_for_is_read(made: FakeNode):
    (whole,) = told(made)
    always = {name: whole[name] for name in ("name", "uuid", "state")}
    phase = {"phase": whole["status"]["phase"]}
    used = {"vcpus": whole["vcpus"], "disks": [{"target": "vda"}]}
    assert told(made, gather=[]) == [{**always, "status": phase}]
    (options,) = told(made, gather=["options"])
    assert options == {**whole, "status": phase}
    (status,) = told(made, gather=["status"])
    assert status == {**always, "status": whole["status"]}
    (counted,) = told(made, gather=["statistics"])
    assert counted == {**always, "status": {**phase, "statistics": used}}
    (both,) = told(made, gather=["status", "statistics"], name="web1")
    assert both == {**always, "status": {**whole["status"], "statistics": used}}
