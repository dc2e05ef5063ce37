# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How changes of a vm are made: under the running guest, with a restart, or at the next start."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Attach,
    Define,
    Detach,
    SetMemory,
    SetVcpus,
    Shutdown,
    Start,
    WriteVolume,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import mac_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from tests.unit.support import play

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUmMDCkzhDWpsIHkOUpPXM5a31dMjn1QPSTK4XvvxJf me"


def running(**options: Any) -> FakeNode:
    made = play.node()
    start = {"state": "running", "disks": [play.disk()], "nics": [play.nic()], **options}
    play.converge(made, **start)
    return made


def refusal(made: FakeNode, **options: Any) -> VmrtError:
    with pytest.raises(VmrtError) as error:
        play.plan(made, **options)
    return error.value


def texts(root: tree.Element, place: str) -> list[str]:
    return [element.text for element in root.iterfind(place)]


def aliases(root: tree.Element, tag: str) -> list[str]:
    return [alias.get("name") for alias in root.iterfind(f"devices/{tag}/alias")]


# Disks.


def test_a_new_disk_has_the_format_of_the_volume_that_is_there():
    made = running()
    made.volumes["default", "old.img"] = Volume(f"{play.FOLDER}/old.img", GIB, "raw")
    play.converge(made, disks=[{"name": "old", "volume": "old.img"}])
    (driver,) = play.config(made).xpath("devices/disk[target/@dev='vdb']/driver")
    assert driver.get("type") == "raw"


# Memory and CPUs.


def test_memory_grows_under_a_running_guest():
    made = running(memory="1GiB", max_memory="4GiB")
    plan = play.converge(made, memory="3GiB")
    assert play.only(plan, SetMemory).size == 3 * GIB
    assert plan.restart_required == ()
    for root in (play.config(made), play.live(made)):
        assert texts(root, "currentMemory") == [str(3 * 1024 * 1024)]


def test_memory_beyond_its_maximum_waits_for_a_restart():
    made = running(memory="1GiB")
    plan = play.converge(made, memory="2GiB")
    assert play.verbs(plan) == ["define"]
    assert plan.restart_required == ("max_memory", "memory")
    assert texts(play.config(made), "memory") == [str(2 * 1024 * 1024)]
    assert texts(play.live(made), "memory") == [str(1024 * 1024)]


def test_what_waits_is_told_in_every_run_until_the_restart():
    made = running(memory="1GiB")
    play.converge(made, memory="2GiB")
    again = play.converge(made, memory="2GiB")
    assert not again.changed
    assert again.restart_required == ("max_memory", "memory")
    play.converge(made, state="stopped")
    assert play.converge(made, state="running", memory="2GiB").restart_required == ()


def test_cpus_are_added_live_and_taken_away_at_the_next_start():
    made = running(vcpus=2, max_vcpus=4)
    plan = play.converge(made, vcpus=4)
    assert play.only(plan, SetVcpus).count == 4
    less = play.converge(made, vcpus=1)
    assert play.verbs(less) == ["define"]
    assert less.restart_required == ("vcpus",)


@pytest.mark.parametrize(("option", "value", "most"), [("memory", "2GiB", "1GiB"), ("vcpus", 4, 2)])
def test_more_than_the_stated_maximum_is_refused(option: str, value: Any, most: Any):
    error = refusal(play.node(), **{option: value, f"max_{option}": most})
    assert str(error) == f"{option}: is more than max_{option}."


def test_more_memory_than_the_node_has_is_a_warning_with_figures():
    (warning,) = play.plan(play.node(), memory="65GiB").warnings
    assert warning.startswith("memory: web1 wants 65GiB, and the node has 64GiB in all")


# Devices.


def test_devices_come_and_go_under_a_running_guest():
    made = running()
    plan = play.converge(made, disks=[play.disk("data")], nics=[play.nic("wan", network="lab")])
    assert play.verbs(plan) == ["define", "create_volume", "attach", "attach"]
    assert aliases(play.live(made), "disk") == ["ua-vmrt-root", "ua-vmrt-data"]
    gone = play.converge(
        made,
        disks=[{"name": "data", "state": "absent"}],
        nics=[{"name": "lan", "state": "absent"}],
    )
    assert play.verbs(gone) == ["define", "detach", "detach"]
    assert aliases(play.live(made), "disk") == ["ua-vmrt-root"]
    assert aliases(play.config(made), "interface") == ["ua-vmrt-wan"]
    assert ("default", "web1-data.qcow2") in made.volumes


def test_the_order_of_a_list_means_nothing():
    made = running(disks=[play.disk("a"), play.disk("b")], nics=[play.nic("x"), play.nic("y")])
    plan = play.plan(
        made, disks=[play.disk("b"), play.disk("a")], nics=[play.nic("y"), play.nic("x")]
    )
    assert plan.actions == ()


def test_what_a_list_does_not_name_stays():
    made = running(disks=[play.disk("a"), play.disk("b")])
    assert play.plan(made, disks=[play.disk("a")]).actions == ()
    assert play.plan(made, disks=[]).actions == ()


def test_a_pci_device_waits_where_no_port_is_free():
    made = running()
    used = [play.nic(f"n{number}") for number in range(30)]
    plan = play.converge(made, nics=used)
    plugged = sum(isinstance(action, Attach) for action in plan.actions)
    assert plugged > 0
    assert len(plan.restart_required) == 30 - plugged
    assert not play.converge(made, nics=used).changed


@pytest.mark.parametrize("bus", ["sata", "ide"])
def test_a_disk_on_a_bus_without_hotplug_waits(bus: str):
    made = running(machine="pc")
    plan = play.converge(made, disks=[play.disk("data", bus=bus)])
    assert plan.restart_required == ("disks[data]",)
    assert not any(isinstance(action, Attach) for action in plan.actions)


def test_a_machine_without_acpi_takes_no_devices():
    made = running(machine="pc", features={"acpi": False})
    plan = play.converge(made, nics=[play.nic("wan")])
    assert plan.restart_required == ("nics[wan]",)


def test_an_interface_is_plugged_anew_for_another_model():
    made = running()
    before = play.live(made).find("devices/interface/mac").get("address")
    plan = play.converge(made, nics=[play.nic(model="e1000e")])
    assert play.verbs(plan) == ["define", "detach", "attach"]
    assert play.live(made).find("devices/interface/mac").get("address") == before


def test_a_medium_is_changed_in_its_drive():
    made = running(cdroms=[{"name": "cd", "path": "/srv/a.iso"}])
    plan = play.converge(made, cdroms=[{"name": "cd", "path": "/srv/b.iso"}])
    assert play.verbs(plan) == ["define", "update"]
    assert play.live(made).find("devices/disk[@device='cdrom']/source").get("file") == "/srv/b.iso"


def test_a_guest_that_holds_on_to_a_device_is_told():
    made = running(disks=[play.disk("root"), play.disk("data")])
    made.held.add("ua-vmrt-data")
    with pytest.raises(VmrtError, match=r"did not let go of disks\[data\]"):
        play.converge(made, disks=[{"name": "data", "state": "absent"}])
    made.held.clear()
    plan = play.converge(made, disks=[{"name": "data", "state": "absent"}])
    assert play.verbs(plan) == ["detach"]


GONE = {"disks": [{"name": "data", "state": "absent"}], "delete_disks": "owned"}
DATA = ("default", "web1-data.qcow2")


def holding(**options: Any) -> FakeNode:
    """A node whose vm did not let go of a disk whose volume was to be deleted."""
    made = running(disks=[play.disk("root"), play.disk("data")])
    made.held.add("ua-vmrt-data")
    with pytest.raises(VmrtError, match=r"did not let go of disks\[data\]"):
        play.converge(made, **{**GONE, **options})
    assert DATA in made.volumes
    made.held.clear()
    return made


def marks(made: FakeNode) -> dict[str, Any]:
    status = read(VM, play.config(made))["status"]
    return {name: value for name, value in status.items() if name.endswith("_volumes")}


BOTH = {"owned_volumes": ["default/web1-root.qcow2", "/".join(DATA)]}
ROOT = {"owned_volumes": ["default/web1-root.qcow2"]}


def test_a_volume_is_ours_until_it_is_deleted():
    made = holding()
    assert marks(made) == {**BOTH, "doomed_volumes": ["/".join(DATA)]}
    plan = play.converge(made, **GONE)
    assert play.verbs(plan) == ["detach", "delete_volume", "set_metadata"]
    assert DATA not in made.volumes
    assert marks(made) == ROOT
    assert play.converge(made, **GONE).actions == ()


def test_a_guest_may_let_go_of_a_disk_later():
    made = holding()
    live = play.live(made)
    (data,) = live.xpath("devices/disk[alias/@name='ua-vmrt-data']")
    data.getparent().remove(data)
    # Who does not ask for it deletes nothing, and it is not forgotten.
    assert play.converge(made, disks=GONE["disks"]).actions == ()
    assert DATA in made.volumes
    plan = play.converge(made, delete_disks="owned")
    assert play.verbs(plan) == ["delete_volume", "set_metadata"]
    assert DATA not in made.volumes
    assert marks(made) == ROOT


def test_a_disk_that_is_held_is_not_deleted_by_a_wish_without_it():
    made = holding()
    plan = play.converge(made, delete_disks="owned")
    assert "delete_volume" not in play.verbs(plan)
    assert DATA in made.volumes
    stopped = play.converge(made, delete_disks="owned", state="stopped")
    assert play.verbs(stopped)[-2:] == ["delete_volume", "set_metadata"]
    assert marks(made) == ROOT


def test_a_disk_that_comes_back_stays():
    made = holding()
    play.converge(made, disks=[play.disk("data")], delete_disks="owned")
    assert DATA in made.volumes
    assert marks(made) == BOTH


def test_a_volume_that_could_not_be_deleted_is_deleted_later(monkeypatch: pytest.MonkeyPatch):
    made = play.node()
    play.converge(made, disks=[play.disk("root"), play.disk("data")])

    def fails(_host: FakeHost, _action: Any) -> None:
        raise VmrtError("libvirt says: Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(FakeHost, "_delete_volume", fails)
        with pytest.raises(VmrtError, match="Input/output error"):
            play.converge(made, **GONE)
    assert play.verbs(play.converge(made, **GONE)) == ["delete_volume", "set_metadata"]
    assert set(made.volumes) == {("default", "base.qcow2"), ("default", "web1-root.qcow2")}
    assert marks(made) == ROOT


def test_addresses_of_interfaces_are_the_same_each_time():
    first, second = running(), running()
    macs = [
        m.vms["web1"].config.find("devices/interface/mac").get("address") for m in (first, second)
    ]
    assert macs[0] == macs[1] == mac_of("node1", "web1", "lan")
    assert mac_of("node2", "web1", "lan") != macs[0]


def test_ports_are_numbered_behind_the_bus_of_the_machine():
    made = play.node()
    ports = [{"name": name, "type": "pci", "model": "pcie-root-port"} for name in ("a", "b")]
    play.converge(made, controllers=ports)
    numbers = {
        port.find("alias").get("name"): port.get("index")
        for port in play.config(made).findall(
            "devices/controller[@model='pcie-root-port']/alias/.."
        )
    }
    assert numbers == {"ua-vmrt-a": "1", "ua-vmrt-b": "2"}
    assert not play.plan(made, controllers=ports).changed


# Policies.


def test_next_boot_leaves_the_running_vm_alone():
    made = running()
    live = tree.render(play.live(made))
    plan = play.converge(made, apply="next_boot", disks=[play.disk("data")], memory="2GiB")
    assert tree.render(play.live(made)) == live
    assert set(plan.restart_required) == {"disks[data]", "max_memory", "memory"}


def test_restart_restarts_only_where_something_waits():
    made = running(memory="1GiB", max_memory="4GiB")
    live = play.converge(made, apply="restart", memory="2GiB")
    assert not any(isinstance(action, Shutdown) for action in live.actions)
    plan = play.converge(made, apply="restart", memory="8GiB")
    assert play.verbs(plan) == ["define", "shutdown", "start"]
    assert plan.restart_required == ()
    assert texts(play.live(made), "memory") == [str(8 * 1024 * 1024)]


def test_a_paused_vm_is_paused_again_after_its_restart():
    made = running(state="paused")
    plan = play.converge(made, state="paused", apply="restart", memory="2GiB")
    assert play.verbs(plan) == ["define", "resume", "shutdown", "start"]
    assert play.only(plan, Start).paused
    assert made.vms["web1"].state == "paused"


def test_a_vm_that_stops_needs_no_change_while_it_runs():
    made = running()
    plan = play.converge(made, state="stopped", nics=[play.nic("wan")])
    assert play.verbs(plan) == ["define", "shutdown"]


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ("stopped", "running", ["start"]),
        ("stopped", "paused", ["start"]),
        ("stopped", "present", []),
        ("running", "running", []),
        ("running", "present", []),
        ("running", "paused", ["suspend"]),
        ("running", "stopped", ["shutdown"]),
        ("paused", "running", ["resume"]),
        ("paused", "paused", []),
        ("paused", "stopped", ["resume", "shutdown"]),
    ],
)
def test_power(before: str, after: str, steps: list[str]):
    made = play.node()
    play.converge(made, state=before)
    assert play.verbs(play.converge(made, state=after)) == steps
    assert play.verbs(play.plan(made, state=after)) == []


def test_a_guest_that_does_not_shut_down():
    made = running()
    made.deaf.add("web1")
    with pytest.raises(VmrtError, match=r"did not shut down within 7 s.*force=true"):
        play.converge(made, state="stopped", stop_timeout=7)
    play.converge(made, state="stopped", force=True)
    assert made.vms["web1"].state == "shutoff"


# Devices that were there before us.

FOREIGN = """
<domain type='qemu'>
  <name>web1</name>
  <memory unit='MiB'>1024</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <disk type='file' device='disk'>
      <driver type='qcow2'/><source file='/srv/a.qcow2'/><target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='disk'>
      <driver type='qcow2'/><source file='/srv/b.qcow2'/><target dev='vdb' bus='virtio'/>
    </disk>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/><source network='default'/><model type='virtio'/>
    </interface>
  </devices>
</domain>
"""


def foreign(state: str = "shutoff") -> FakeNode:
    made = play.node()
    host = FakeHost(made)
    host.run(Define("vm", "web1", FOREIGN))
    if state == "running":
        host.run(Start("vm", "web1"))
    return made


def test_a_disk_is_adopted_by_its_target():
    made = foreign()
    plan = play.converge(made, disks=[{"name": "root", "target": "vda", "cache": "none"}])
    assert [change.path for change in plan.changes] == ["disks[root].cache"]
    disks = play.config(made).findall("devices/disk")
    assert len(disks) == 2
    assert disks[0].find("alias").get("name") == "ua-vmrt-root"
    assert disks[0].find("driver").get("cache") == "none"


def test_an_interface_is_adopted_by_its_address():
    made = foreign("running")
    plan = play.converge(made, nics=[{"name": "lan", "mac": "52:54:00:00:00:01", "link": "down"}])
    assert play.verbs(plan) == ["define", "update"]
    assert play.live(made).find("devices/interface/link").get("state") == "down"
    assert not play.plan(made, nics=[{"name": "lan", "mac": "52:54:00:00:00:01"}]).changed


def test_an_adopted_disk_leaves_a_running_vm():
    made = foreign("running")
    gone = play.converge(made, disks=[{"name": "b", "target": "vdb", "state": "absent"}])
    assert play.verbs(gone) == ["define", "detach"]
    assert len(play.live(made).findall("devices/disk")) == 1


def test_what_is_not_ours_is_not_touched():
    made = foreign()
    plan = play.plan(made, remove_unmanaged=["disks", "nics"])
    assert plan.actions == ()


def test_unmanaged_devices_of_ours_go():
    made = running(disks=[play.disk("a"), play.disk("b")])
    plan = play.converge(made, disks=[play.disk("a")], remove_unmanaged=["disks"])
    assert play.only(plan, Detach).device == "disks[b]"
    assert aliases(play.config(made), "interface") == ["ua-vmrt-lan"]


# The seed.


def seeded(**options: Any) -> dict[str, Any]:
    return {"disks": [play.disk()], "cloud_init": {"public_key": [KEY], **options}}


def test_a_seed_is_written_once():
    made = play.node()
    plan = play.converge(made, **seeded())
    assert play.only(plan, WriteVolume).mode == "0600"
    assert made.volumes["default", "web1-seed.iso"].content
    assert play.plan(made, **seeded()).actions == ()


@pytest.mark.parametrize(
    ("on_change", "written"), [("ignore", False), ("rewrite", True), ("new_instance", True)]
)
def test_a_changed_seed(on_change: str, written: bool):
    made = play.node()
    play.converge(made, **seeded())
    plan = play.converge(made, **seeded(hostname="other", on_change=on_change))
    assert play.verbs(plan) == (["write_volume"] if written else [])
    assert not play.plan(made, **seeded(hostname="other", on_change=on_change)).changed


def test_a_changed_seed_of_a_running_vm_waits_for_its_restart():
    made = play.node()
    play.converge(made, state="running", **seeded())
    plan = play.converge(made, **seeded(hostname="other"))
    assert plan.restart_required == ("cloud_init",)


def test_secrets_of_a_seed_stay_in_the_seed():
    options = seeded(
        user_data={"chpasswd": {"list": "root:s3cret"}}, users=[{"name": "a", "passwd": "s3cret"}]
    )
    plan = play.plan(play.node(), **options)
    assert "s3cret" not in str(_shown(plan))
    assert b"s3cret" in play.only(plan, WriteVolume).content
    assert "s3cret" not in repr(play.only(plan, WriteVolume))


def _shown(plan: Plan) -> Any:
    """All of a plan that gets into a result."""
    described = [action.describe() for action in plan.actions]
    changes = [change.as_dict() for change in plan.changes]
    return described, changes, plan.before, plan.after, plan.filled, plan.warnings


def test_a_vm_known_by_its_uuid_gets_the_name_it_is_given():
    made = play.node()
    play.converge(made, memory="1GiB")
    uuid = play.config(made).findtext("uuid")
    plan = play.converge(made, name="db1", uuid=uuid, memory="2GiB", state="running")
    assert play.verbs(plan) == ["rename", "define", "start"]
    assert [change.path for change in plan.changes] == ["name", "max_memory", "memory"]
    assert set(made.vms) == {"db1"}
    assert not play.plan(made, name="db1", uuid=uuid, memory="2GiB").changed


def test_a_running_vm_keeps_its_name():
    made = running()
    uuid = play.config(made).findtext("uuid")
    error = refusal(made, name="db1", uuid=uuid)
    assert error.option == "name"
    assert "'web1'" in error.message


def test_nothing_is_removed_by_its_uuid_alone():
    made = running()
    uuid = play.config(made).findtext("uuid")
    assert not play.plan(made, name="db1", uuid=uuid, state="absent").changed


def test_a_patch_that_libvirt_would_drop_is_refused():
    error = refusal(play.node(), xml_patches=[{"xpath": ".", "op": "create", "value": "<oddity/>"}])
    assert error.option == "xml_patches"
    assert "oddity" in error.message


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"xpath": "devices/[", "value": "a"}, "is no XPath"),
        ({"xpath": "count(devices)", "value": "a"}, "finds something else than elements"),
        ({"xpath": "oddity/@a", "value": "a"}, "finds nothing to set"),
        ({"xpath": "uuid", "op": "delete"}, "changes the name, the UUID"),
        ({"xpath": ".", "op": "delete"}, "is the whole definition"),
        ({"xpath": ".", "op": "create", "value": "<a"}, "is no element in XML"),
        ({"xpath": "devices/*", "op": "create", "value": "<a/>"}, "has to find one"),
    ],
)
def test_patches_that_can_not_be(patch: dict[str, Any], words: str):
    made = play.node()
    play.converge(made, uuid="4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11")
    error = refusal(made, xml_patches=[patch])
    assert str(error.option).startswith("xml_patches[0]")
    assert words in str(error)


@pytest.mark.parametrize("mode", ["strict", "restrictive"])
def test_memory_comes_from_other_nodes_only_where_that_is_allowed(mode: str):
    made = play.node()
    play.converge(made, state="running", numa_tune={"memory": {"mode": mode, "nodes": "0"}})
    more = {"numa_tune": {"memory": {"nodes": "0-1"}}}
    waits = [] if mode == "restrictive" else ["numa_tune.memory.nodes"]
    assert list(play.plan(made, **more).restart_required) == waits
    made.cgroups = False
    if waits:
        assert play.converge(made, **more).restart_required == ("numa_tune.memory.nodes",)
    else:
        with pytest.raises(VmrtError, match="can not limit the running vm"):
            play.plan(made, **more)
