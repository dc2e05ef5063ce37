# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vm_migrate does with a vm and its disks, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode, Volume
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Define, Start
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.left import MOVER
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.plan import MIGRATE_DEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Plan
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree, units
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write
from tests.unit.support import deeds, play

URI = "qemu+ssh://root@node2/system"
IMAGE, ROOT, DATA = ("base.qcow2", "web1-root.qcow2", "web1-data.qcow2")
OWN = {"uuid": "0d7f5a52-0000-4000-8000-000000000002", "hostname": "node2"}


@pytest.fixture
def made() -> FakeNode:
    """A node with web1, which runs, and a node beside it."""
    node = play.node()
    disks = [play.disk(image=IMAGE), play.disk("data")]
    play.converge(node, state="running", disks=disks, nics=[play.nic()], autostart=True)
    there = play.node()
    there.values = {**there.values, **OWN}
    there.volumes.clear()
    node.others[URI] = there
    return node


def stop(made: FakeNode) -> None:
    thing = made.vms["web1"]
    thing.live, thing.state = None, "shutoff"


def foresee(made: FakeNode, **options: Any) -> Plan:
    before = made.others[URI].picture()
    planned = deeds.foresee(made, MIGRATE_DEED, destination=URI, **options)
    assert made.others[URI].picture() == before
    return planned


def move(made: FakeNode, **options: Any) -> list[str]:
    planned, _found = deeds.do(made, MIGRATE_DEED, destination=URI, **options)
    return [str(action).partition(f" {URI}")[0] for action in planned.actions]


def refusal(made: FakeNode, **options: Any) -> str:
    with pytest.raises(VmrtError) as error:
        foresee(made, **options)
    return str(error.value)


def test_a_running_vm_moves_with_its_disks(made: FakeNode):
    assert move(made) == [
        f"copy volume default {IMAGE}",
        f"prepare volume default {ROOT}",
        f"prepare volume default {DATA}",
        "migrate web1",
    ]
    there = made.others[URI]
    assert "web1" not in made.vms
    assert there.vms["web1"].state == "running"
    assert there.vms["web1"].autostart is True
    assert {ROOT, DATA} <= {name for _pool, name in made.volumes}, "nothing is removed unasked"
    assert made.done[-1].copied == ("vda", "vdb")


def test_a_vm_that_has_moved_is_left_alone(made: FakeNode):
    move(made)
    assert move(made) == []


def test_its_own_volumes_go_when_that_is_said(made: FakeNode):
    assert move(made, delete_disks="owned")[-2:] == [
        f"delete volume default {ROOT}",
        f"delete volume default {DATA}",
    ]
    assert {name for _pool, name in made.volumes} == {IMAGE}


def test_a_volume_that_another_vm_has_stays(made: FakeNode):
    disk = play.config(made).find("devices/disk[2]")
    xml = f"<domain type='qemu'><name>web2</name><devices>{tree.render(disk)}</devices></domain>"
    made.vms["web2"] = type(made.vms["web1"])(tree.parse(xml), None, "shutoff")
    planned = foresee(made, delete_disks="owned")
    assert [one.volume for one in planned.actions if one.verb == "delete_volume"] == [ROOT]
    assert planned.warnings == (f"delete_disks: default/{DATA} is kept, because web2 needs it.",)


def test_a_vm_that_is_off_moves_with_the_files_of_its_disks(made: FakeNode):
    stop(made)
    assert move(made) == [
        f"copy volume default {IMAGE}",
        f"copy volume default {ROOT}",
        f"copy volume default {DATA}",
        "migrate web1",
    ]
    assert made.done[-1].how == "offline"


def test_an_image_that_is_there_is_used(made: FakeNode):
    there = made.others[URI].volumes
    there["default", IMAGE] = made.volumes["default", IMAGE]
    assert f"copy volume default {IMAGE}" not in move(made)


def test_an_image_that_is_another_one_is_refused(made: FakeNode):
    there = made.others[URI].volumes
    there["default", IMAGE] = Volume(f"{play.FOLDER}/{IMAGE}", 2 * units.GIB, content=b"newer")
    assert "is another file at the destination" in refusal(made)


def test_nothing_is_written_over(made: FakeNode):
    there = made.others[URI].volumes
    there["default", DATA] = Volume(f"{play.FOLDER}/{DATA}", 10 * units.GIB)
    assert f"storage: the disk vdb: the destination has a volume '{DATA}'" in refusal(made)


def test_disks_that_are_chosen_are_copied(made: FakeNode):
    made.others[URI].volumes["default", ROOT] = made.volumes["default", ROOT]
    assert move(made, disks=["vdb"]) == [f"prepare volume default {DATA}", "migrate web1"]
    assert made.done[-1].copied == ("vdb",)


def test_a_disk_that_is_not_there_can_not_be_shared(made: FakeNode):
    assert f"the destination has no volume '{ROOT}'" in refusal(made, storage="shared")


def test_what_is_shared_by_a_vm_that_is_off_is_the_same(made: FakeNode):
    stop(made)
    there = made.others[URI].volumes
    for name in (ROOT, DATA):
        there["default", name] = made.volumes["default", name]
    assert move(made, storage="shared") == ["migrate web1"]


def test_a_pool_of_network_storage_is_shared(made: FakeNode):
    for node in (made, made.others[URI]):
        for pool in (node.pools["default"].config, node.pools["default"].live):
            pool.set("type", "netfs")
    made.others[URI].volumes.update(made.volumes)
    assert move(made) == ["migrate web1"]


def test_a_move_that_takes_too_long_leaves_nothing(made: FakeNode):
    made.deaf.add("web1")
    with pytest.raises(VmrtError, match="had not moved after 5 s") as error:
        move(made, timeout=5)
    assert not getattr(error.value, "done", ())
    assert made.vms["web1"].state == "running"
    assert made.others[URI].volumes == {}


def _broken_off(made: FakeNode, *names: str) -> None:
    """A node died in the middle of a move, which has left volumes."""
    marks = [f"{OWN['uuid']}/default/{name}" for name in names]
    write(VM, {"status": {"moving": [*marks, "another-node/default/x.qcow2"]}}, play.config(made))
    tree.ensure(play.config(made), f"{MARK}/@{MOVER}").put("4711")
    made.missing.add("/proc/4711")
    for name in names:
        made.others[URI].volumes["default", name] = Volume(
            f"{play.FOLDER}/{name}", units.GIB, content=b"half"
        )


def test_what_a_move_that_broke_off_has_left_is_removed_first(made: FakeNode):
    _broken_off(made, IMAGE, ROOT)
    assert move(made) == [
        f"clear copies web1 ['default/{IMAGE}', 'default/{ROOT}']",
        f"copy volume default {IMAGE}",
        f"prepare volume default {ROOT}",
        f"prepare volume default {DATA}",
        "migrate web1",
    ]
    assert not read(VM, play.config(made.others[URI]))["status"].get("moving")


def test_what_another_run_is_copying_is_no_leftover(made: FakeNode):
    _broken_off(made, ROOT)
    made.missing.clear()
    assert f"the destination has a volume '{ROOT}'" in refusal(made)


def test_what_somebody_has_there_is_no_leftover(made: FakeNode):
    _broken_off(made, DATA)
    disk = play.config(made).find("devices/disk[2]")
    xml = f"<domain type='qemu'><name>web2</name><devices>{tree.render(disk)}</devices></domain>"
    there = made.others[URI]
    there.vms["web2"] = type(made.vms["web1"])(tree.parse(xml), None, "shutoff")
    assert f"the destination has a volume '{DATA}'" in refusal(made)


def _snapshot(made: FakeNode) -> None:
    made.vms["web1"].snapshots = {"one": play.config(made)}


def _saved(made: FakeNode) -> None:
    stop(made)
    made.vms["web1"].saved = True


def _devices(xml: str) -> Callable[[FakeNode], None]:
    def add(made: FakeNode) -> None:
        for root in (play.config(made), play.live(made)):
            root.find("devices").append(tree.parse(xml))

    return add


def _nvram(made: FakeNode) -> None:
    stop(made)
    nvram = tree.new("nvram")
    nvram.text = "/var/lib/libvirt/qemu/nvram/web1_VARS.fd"
    play.config(made).find("os").append(nvram)


def _tpm(made: FakeNode) -> None:
    stop(made)
    tpm = tree.parse("<tpm><backend type='emulator'/></tpm>")
    play.config(made).find("devices").append(tpm)


def _twice(made: FakeNode) -> None:
    made.others[URI].vms["web1"] = made.vms["web1"]


def _same_uuid(made: FakeNode) -> None:
    made.others[URI].vms["web2"] = made.vms["web1"]


def _nowhere(made: FakeNode) -> None:
    del made.vms["web1"]


def _one_node(made: FakeNode) -> None:
    made.others[URI].values = made.values


def _no_network(made: FakeNode) -> None:
    del made.others[URI].networks["default"]


def _no_pool(made: FakeNode) -> None:
    del made.others[URI].pools["default"]


def _other_pool(made: FakeNode) -> None:
    there = FakeHost(made.others[URI])
    del made.others[URI].pools["default"]
    made.others[URI].folders.add("/srv/other")
    there.run(Define("pool", "default", play.pool_xml("default", "/srv/other")))
    there.run(Start("pool", "default"))


def _no_machine(made: FakeNode) -> None:
    guests = [{**guest, "machines": ["pc"]} for guest in made.values["guests"]]
    made.others[URI].values = {**made.values, **OWN, "guests": guests}


def _cpu(made: FakeNode) -> None:
    for cpu in play.live(made).findall("cpu"):
        cpu.getparent().remove(cpu)
    play.live(made).append(tree.parse("<cpu mode='custom'><model>EPYC</model></cpu>"))
    made.others[URI].lacks_cpus.add("EPYC")


def _asleep(made: FakeNode) -> None:
    made.vms["web1"].state = "pmsuspended"


def _shareable(made: FakeNode) -> None:
    for root in (play.config(made), play.live(made)):
        root.find("devices/disk[2]").append(tree.new("shareable"))


def _elsewhere(made: FakeNode) -> None:
    for root in (play.config(made), play.live(made)):
        root.find("devices/disk[2]/source").attrib.clear()
        root.find("devices/disk[2]/source").set("file", "/mnt/data.raw")


HOSTDEV = "<hostdev mode='subsystem' type='pci'/>"
FILESYSTEM = "<filesystem><driver type='virtiofs'/></filesystem>"


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (_snapshot, {}, "name: the vm 'web1' has 1 snapshots, which do not move"),
        (_saved, {}, "name: memory of the vm 'web1' is kept on this node"),
        (_nvram, {}, "name: the vm 'web1' has variables of its firmware"),
        (_tpm, {}, "name: the vm 'web1' has the state of its TPM"),
        (_devices(HOSTDEV), {}, "name: the vm 'web1' has a device of its node"),
        (_devices(FILESYSTEM), {}, "name: the vm 'web1' has a file system of its node"),
        (_twice, {}, "name: there is a vm 'web1' at the destination as well"),
        (_same_uuid, {}, "name: there is a vm 'web2', which has the UUID of 'web1', at the"),
        (_nowhere, {}, "name: there is no vm 'web1', neither here nor at the destination"),
        (_one_node, {}, "destination: this is the node that the vm is to leave"),
        (_no_network, {}, "destination: the destination has no active network 'default'"),
        (_no_pool, {}, "the disk vda: the destination has no active pool 'default'"),
        (_other_pool, {}, "the pool 'default' is /var/lib/libvirt/images here, and /srv/other"),
        (_no_machine, {}, "destination: the destination does not run qemu machines of the type"),
        (_cpu, {}, "destination: the destination has not all that the CPU of 'web1' (EPYC) has"),
        (_asleep, {}, "name: the vm 'web1' is pmsuspended"),
        (_shareable, {}, "the disk vdb: it is one that several vms share"),
        (_elsewhere, {}, "the disk vdb: it is in no active pool of this node"),
        (stop, {"live": True}, "live: the vm 'web1' is off"),
        (None, {"tunnelled": True}, "tunnelled: copies no disks of a running vm"),
        (None, {"tunnelled": True, "post_copy": True}, "post_copy: does not go together with"),
        (None, {"live": False, "post_copy": True}, "post_copy: is only of a live move"),
        (None, {"disks": ["vdz"]}, "disks: the vm has no disk vdz of this node"),
    ],
)
def test_what_can_not_move_is_refused(
    made: FakeNode,
    change: Callable[[FakeNode], None] | None,
    options: dict[str, Any],
    said: str,
):
    if change:
        change(made)
    assert said in refusal(made, **options)


@pytest.mark.parametrize("destination", ["node2", "qemu+ssh://node 2/system", "-oProxyCommand=x"])
def test_a_destination_is_a_uri(made: FakeNode, destination: str):
    with pytest.raises(VmrtError, match="is no URI"):
        deeds.foresee(made, MIGRATE_DEED, destination=destination)
