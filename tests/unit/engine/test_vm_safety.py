# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is refused or kept, so that nothing is lost, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import FakeNode
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import (
    Action,
    CreateVolume,
    Define,
    Start,
    Stop,
    Undefine,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import StepFailed, apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Foreseen, PoolSeen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.foreseen import (
    foreseen as foreseen_of,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    Complaints,
    LostRace,
    VmrtError,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import says
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.units import GIB
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import (
    declaration,
)
from tests.unit.support import play

MAC = "52:54:00:00:00:aa"
SHARED = {"name": "data", "path": "/srv/shared", "format": "raw"}


def with_vm(**options: Any) -> FakeNode:
    made = play.node()
    play.converge(made, disks=[play.disk()], nics=[play.nic()], **options)
    return made


def refusal(made: FakeNode, **options: Any) -> VmrtError:
    before = made.picture()
    with pytest.raises(VmrtError) as error:
        play.plan(made, **options)
    assert made.picture() == before
    return error.value


# Refusals.


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        (
            {"nics": [play.nic(network="nowhere")]},
            "nics[lan].network",
            "The node has: default, lab",
        ),
        ({"disks": [play.disk(pool="nowhere")]}, "disks[root].pool", "The node has: default"),
        ({"disks": [play.disk(image="none.qcow2")]}, "disks[root].image", "there is no volume"),
        ({"disks": [{"name": "root"}]}, "disks[root].size", "a new disk needs a size"),
        (
            {"disks": [play.disk(image="base.qcow2", size="1GiB")]},
            "disks[root].size",
            "less than the 2GiB of its image",
        ),
        (
            {"disks": [play.disk(image="base.qcow2", format="raw")]},
            "disks[root].format",
            "always qcow2",
        ),
        (
            {"disks": [play.disk(io_limits={"total_iops": 1, "read_iops": 1})]},
            "disks[root].io_limits.total_iops",
            "can not be limited beside read_iops and write_iops",
        ),
        (
            {"serials": [{"name": "a", "log": "/var/log/libvirt/qemu/web1.log"}]},
            "serials[a].log",
            "the log that libvirt itself writes",
        ),
        (
            {"channels": [{"name": "a", "type": "file", "path": "/var/log/libvirt/qemu/web1.log"}]},
            "channels[a].path",
            "the log that libvirt itself writes",
        ),
        (
            {"firmware": "bios", "boot": {"loader": {"type": "pflash", "path": "/srv/code"}}},
            "firmware",
            "a loader of the type pflash is UEFI",
        ),
        (
            {"secure_boot": True, "boot": {"loader": {"type": "pflash", "path": "/srv/code"}}},
            "secure_boot",
            "is decided by the file of boot.loader",
        ),
        ({"machine": "microvm"}, "machine", "It has: pc"),
        ({"arch": "s390x"}, "arch", "no emulator for s390x"),
        ({"cpu": {"mode": "host-passthrough"}}, "cpu.mode", "qemu has no host-passthrough"),
        ({"max_vcpus": 512}, "max_vcpus", "at most 255 CPUs"),
        (
            {"disks": [play.disk("a"), play.disk("b", volume="web1-a.qcow2")]},
            "disks[b].path",
            "is the path of disks[a] as well",
        ),
        (
            {"disks": [play.disk("a", target="vda"), play.disk("b", target="vda")]},
            "disks[b].target",
            "is the target of disks[a] as well",
        ),
        (
            {"disks": [play.disk("a", boot_order=1)], "nics": [play.nic(boot_order=1)]},
            "nics[lan].boot_order",
            "is the boot_order of disks[a] as well",
        ),
        (
            {"disks": [play.disk("lan")], "nics": [play.nic("lan")]},
            "nics[lan].name",
            "is the name of disks[lan] as well",
        ),
        (
            {"nics": [play.nic("a", mac=MAC), play.nic("b", mac=MAC)]},
            "nics[b].mac",
            "is given to 'a' as well",
        ),
        (
            {"graphics": [{"type": "vnc", "port": 5901, "autoport": True}]},
            "graphics[vnc].port",
            "Say autoport: false",
        ),
        (
            {"controllers": [{"name": "a", "type": "usb", "model": "virtio-scsi"}]},
            "controllers[a].model",
            "a controller of the type usb has no model",
        ),
        (
            {"cdroms": [{"name": "seed"}], "cloud_init": {"hostname": "a"}},
            "cdroms[seed]",
            "Give your drive another name",
        ),
        ({"disks": [play.disk(size="4GB")]}, "disks[root].size", "write 4GiB"),
        ({"memory": "lots"}, "memory", "is not a size"),
        ({"hypervisor": "zen"}, "hypervisor", "is not one of auto, kvm, qemu"),
        ({"hypervisor": "xen"}, "hypervisor", "Use the URI xen:///system"),
        ({"hypervisor": "bhyve"}, "hypervisor", "there is no hypervisor 'bhyve'"),
        ({"colour": "red"}, "colour", "vm has no option 'colour'"),
        ({"vcpus": 0}, "vcpus", "less than 1"),
    ],
)
def test_a_new_vm_is_refused(options: dict[str, Any], option: str, words: str):
    error = refusal(play.node(), **options)
    assert error.option == option
    assert words in str(error)
    assert str(error).startswith(f"{option}: ")


def test_a_socket_needs_its_device_on_the_node_once_the_vm_runs():
    made = play.node()
    made.missing.add("/dev/vhost-vsock")
    play.converge(made, vsock={"auto": True})
    error = refusal(made, vsock={"auto": True}, state="running")
    assert str(error).startswith("vsock: the node has no /dev/vhost-vsock")
    assert not play.converge(made, vsock={"state": "absent"}, state="running").fails
    made.missing.clear()
    assert play.verbs(play.converge(made, vsock={"auto": True})) == ["define", "attach"]


def test_a_device_goes_by_its_name_alone():
    kinds = {
        "controllers": {"type": "scsi"},
        "hostdevs": {"type": "usb", "vendor": "0x1234", "product": "0x1234"},
        "inputs": {"type": "tablet"},
        "memory_devices": {"size": "128MiB"},
        "shmems": {"shmem": "a"},
        "sounds": {"model": "ich9"},
        "videos": {"model": "vga"},
    }
    here = {kind: [{"name": f"my-{kind}", **options}] for kind, options in kinds.items()}
    made = play.node()
    cells = {"numa_cells": [{"cpus": "0", "memory": "1GiB"}]}
    play.converge(made, cpu=cells, memory_hotplug={"maximum": "4GiB", "slots": 4}, **here)
    gone = {kind: [{"name": f"my-{kind}", "state": "absent"}] for kind in kinds}
    assert play.converge(made, **gone).changed
    assert not play.plan(made, **gone).changed
    assert "ua-vmrt-my-" not in tree.render(play.config(made))
    assert play.plan(play.node(), **gone).changed, "also of a vm that is new"


def test_firmware_that_somebody_picked_is_told_as_what_it_is():
    loader = {"type": "pflash", "path": "/usr/share/OVMF/OVMF_CODE.fd", "readonly": True}
    made = play.node()
    play.converge(made, boot={"loader": loader})
    told = report_vm(FakeObserver(made), "web1")
    assert told["firmware"] == "efi"
    assert told["boot"]["loader"] == loader
    wish = {"firmware": "efi", "boot": {"loader": loader}}
    assert not play.plan(made, **wish).changed
    other = play.node()
    play.converge(other, **wish)
    # libvirt takes the files that are named, or picks them.
    assert play.config(other).find("os").get("firmware") is None
    assert str(refusal(made, firmware="bios")).startswith("firmware: ")


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"uuid": "4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11"}, "uuid"),
        ({"disks": [play.disk(format="raw")]}, "disks[root].format"),
        ({"disks": [play.disk(target="vdz")]}, "disks[root].target"),
    ],
)
def test_what_is_fixed_once_made_is_refused(options: dict[str, Any], option: str):
    error = refusal(with_vm(), **options)
    assert error.option == option
    assert "where it already exists" in str(error)


def test_a_machine_stays_in_its_family():
    error = refusal(with_vm(), machine="pc")
    assert error.option == "machine"
    assert "from 'pc-q35-7.2' to 'pc'" in str(error)
    assert not play.plan(with_vm(), machine="q35").changed


def test_complaints_come_all_at_once():
    error = refusal(
        play.node(), machine="microvm", nics=[play.nic(network="nowhere")], disks=[{"name": "root"}]
    )
    assert isinstance(error, Complaints)
    assert {one.option for one in error.errors} == {
        "machine",
        "nics[lan].network",
        "disks[root].size",
    }


def test_a_disk_is_never_shrunk():
    error = refusal(with_vm(), disks=[play.disk(size="4GiB")])
    assert error.option == "disks[root].size"
    assert "has 10GiB and is not shrunk to 4GiB" in str(error)


def hostdev(**options: Any) -> dict[str, Any]:
    return {"hostdevs": [{"name": "a", **options}]}


SCSI = {"type": "scsi", "adapter": "scsi_host0", "bus": 0, "target": 0}


@pytest.mark.parametrize(
    ("options", "option", "words"),
    [
        (hostdev(type="usb"), "hostdevs[a].vendor", "vendor and product, or bus and device"),
        (hostdev(type="usb", vendor="0x1"), "hostdevs[a].product", "with vendor needs it"),
        (hostdev(**SCSI), "hostdevs[a].unit", "needs it"),
        (hostdev(**SCSI, unit=0, initiator="i"), "hostdevs[a].initiator", "say its iqn"),
        (hostdev(type="scsi", iqn="iqn.a:b"), "hostdevs[a].hosts", "needs the server"),
        (
            hostdev(type="pci", pci_address="0000:03:00.0", display=True),
            "hostdevs[a].display",
            "It is for type: mdev.",
        ),
        (
            hostdev(type="scsi_host", wwpn="naa.5001405df3e54061", model="vfio-pci"),
            "hostdevs[a].model",
            "has one of: virtio",
        ),
    ],
)
def test_a_host_device_needs_what_its_type_has(options: dict[str, Any], option: str, words: str):
    error = refusal(play.node(), **options)
    assert error.option == option
    assert words in str(error)


def test_an_inactive_network_is_refused_only_for_a_vm_that_runs():
    made = play.node()
    FakeHost(made).run(Stop("network", "lab"))
    assert play.plan(made, nics=[play.nic(network="lab")]).changed
    error = refusal(made, state="running", nics=[play.nic(network="lab")])
    assert "the network 'lab' is not active" in str(error)


def test_an_address_of_another_vm_is_refused():
    made = play.node()
    play.converge(made, name="db1", nics=[play.nic(mac=MAC)])
    error = refusal(made, nics=[play.nic(mac=MAC)])
    assert f"the vm 'db1' has {MAC} already" in str(error)


@pytest.mark.parametrize("more", [{}, {"readonly": True}, {"shareable": True}])
def test_a_disk_of_another_vm_has_to_be_shared_on_purpose(more: dict[str, Any]):
    made = play.node()
    play.converge(made, name="db1", disks=[{**SHARED, **more}])
    wish = {"disks": [{**SHARED, **more}]}
    if more:
        assert play.plan(made, **wish).changed
    else:
        assert "the vm 'db1' uses /srv/shared as its disk vda" in str(refusal(made, **wish))


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ({}, {"shareable": True}, "uses /srv/shared as its disk vda alone"),
        ({}, {"readonly": True}, "as its disk vda and writes to it"),
        ({"readonly": True}, {"shareable": True}, "as its disk vda alone"),
        ({"shareable": True}, {"readonly": True}, "as its disk vda and writes to it"),
        ({"shareable": True}, {}, "as its disk vda"),
        ({}, {"readonly": True, "shareable": True}, None),
        ({"shareable": True}, {"shareable": True}, None),
        ({"readonly": True}, {"readonly": True}, None),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_machines_that_run_share_a_disk_or_none_is_touched(
    first: dict[str, Any], second: dict[str, Any], why: str | None, late: bool
):
    """Also of a disk that was defined before the other machine was started."""
    made = play.node()
    wish = {"state": "running", "disks": [{**SHARED, **second}]}
    if late:
        play.converge(made, disks=wish.pop("disks"))
        play.converge(made, name="db1", disks=[{**SHARED, **first, "shareable": True}])
        shared = play.config(made, "db1").find("devices/disk/shareable")
        shared.getparent().remove(shared) if "shareable" not in first else None
        FakeHost(made).run(Start("vm", "db1"))
    else:
        play.converge(made, name="db1", state="running", disks=[{**SHARED, **first}])
    if why:
        error = refusal(made, **wish)
        assert (error.option, why in str(error)) == ("disks[data]", True)
    else:
        assert play.plan(made, **wish).changed


def test_a_format_that_several_can_not_write_is_refused():
    error = refusal(play.node(), disks=[play.disk(shareable=True)])
    assert error.option == "disks[root].shareable"
    assert play.plan(play.node(), disks=[play.disk(shareable=True, readonly=True)]).changed
    assert play.plan(play.node(), disks=[play.disk(shareable=True, format="raw")]).changed


def test_an_image_that_others_are_made_from_is_no_disk():
    made = play.node()
    play.converge(made, name="db1", state="running", disks=[play.disk(image="base.qcow2")])
    error = refusal(made, disks=[{"name": "root", "volume": "base.qcow2"}])
    assert "as the base of its disk" in str(error)


def test_a_transient_vm_is_refused():
    made = with_vm(state="running")
    FakeHost(made).run(Undefine("vm", "web1"))
    assert "is transient" in str(refusal(made, memory="2GiB"))


def test_a_node_without_a_hypervisor_is_told():
    made = play.node()
    guest = {**made.values["guests"][0], "hypervisors": ["test"]}
    made.values = {**made.values, "guests": [guest]}
    error = refusal(made, hypervisor="auto")
    assert error.option == "hypervisor"
    assert "offers none of kvm, qemu" in str(error)
    assert "It offers: test" in str(refusal(made, hypervisor="kvm"))


# Files that are not there.

LOST = "/srv/lost.iso"


def lacking(**options: Any) -> FakeNode:
    """A node without a file; with options, one that has a vm of them."""
    made = play.node()
    if options:
        play.converge(made, **options)
    made.missing.add(LOST)
    return made


@pytest.mark.parametrize(
    ("wish", "option"),
    [
        ({"disks": [{"name": "data", "path": LOST}]}, "disks[data].path"),
        ({"cdroms": [{"name": "cd", "path": LOST}]}, "cdroms[cd].path"),
        ({"floppies": [{"name": "a", "path": LOST}], "machine": "pc"}, "floppies[a].path"),
    ],
)
def test_a_file_that_is_not_there_is_told_before_anything_is_done(wish: Any, option: str):
    made = lacking()
    before = made.picture()
    error = refusal(made, state="running", **wish)
    assert f"{option}: there is no {LOST} on the node" in str(error)
    assert made.picture() == before
    # Under a running vm as well, and at the start of one that is there.
    assert option in str(refusal(lacking(state="running"), **wish))
    assert option in str(refusal(lacking(**wish), state="running", **wish))
    drive = {"cdroms": [{"name": "cd", "startup_policy": "optional"}]}
    changed = {"cdroms": [{"name": "cd", "path": LOST}]}
    assert "cdroms[cd].path" in str(refusal(lacking(state="running", **drive), **changed))


def test_a_file_that_no_run_needs_may_be_missing():
    wish = {"cdroms": [{"name": "cd", "path": LOST}]}
    optional = {"cdroms": [{"name": "cd", "path": LOST, "startup_policy": "optional"}]}
    assert play.plan(lacking(), **wish).actions
    assert play.plan(lacking(), state="running", **optional).actions
    assert play.plan(lacking(), state="running", cdroms=[{"name": "cd"}]).actions
    # A medium that a running vm has may be gone since.
    assert not play.plan(lacking(state="running", **wish), state="running", **wish).actions
    later = play.plan(lacking(state="running"), apply="next_boot", **wish)
    assert later.restart_required
    ejected = {"cdroms": [{"name": "cd", "path": ""}]}
    assert play.plan(lacking(state="running", **wish), **ejected).actions


def test_a_file_that_an_image_of_an_earlier_task_becomes_is_there():
    made = lacking()
    made.missing.add(f"{play.FOLDER}/new.iso")
    wish = {"state": "running", "cdroms": [{"name": "cd", "path": f"{play.FOLDER}/new.iso"}]}
    refusal(made, **wish)
    assert play.plan(made, Foreseen(volumes={("default", "new.iso"): None}), **wish).actions
    told = foreseen_of({"files": [f"{play.FOLDER}/new.iso"]})
    assert play.plan(made, told, **wish).actions


# What earlier tasks of a play make.


def test_foreseen_things_count_as_being_there():
    foreseen = Foreseen(
        networks={"later": True},
        pools={"fast": PoolSeen("fast", True, "dir", "/srv/fast")},
        volumes={("fast", "new.qcow2"): 3 * GIB},
    )
    wish = {
        "state": "running",
        "nics": [play.nic(network="later")],
        "disks": [{"name": "root", "pool": "fast", "image": "new.qcow2"}],
    }
    made = play.node()
    refusal(made, **wish)
    plan = play.plan(made, foreseen, **wish)
    created = play.only(plan, CreateVolume)
    assert f"<capacity>{3 * GIB}</capacity>" in created.xml
    assert "/srv/fast/web1-root.qcow2" in play.only(plan, Define).xml


# Removal.


def test_a_vm_that_goes_leaves_its_disks():
    made = with_vm(state="running")
    plan = play.converge(made, state="absent")
    assert play.verbs(plan) == ["shutdown", "undefine"]
    assert ("default", "web1-root.qcow2") in made.volumes
    assert play.plan(made, state="absent").actions == ()


def test_a_seed_goes_with_its_vm():
    made = play.node()
    play.converge(made, disks=[play.disk()], cloud_init={"hostname": "a"})
    play.converge(made, state="absent")
    assert ("default", "web1-seed.iso") not in made.volumes


def test_only_what_the_declaration_made_is_deleted():
    made = play.node()
    play.converge(
        made,
        disks=[play.disk(image="base.qcow2"), {"name": "old", "volume": "base.qcow2"}],
        cdroms=[{"name": "cd", "path": "/srv/a.iso"}],
    )
    plan = play.converge(made, state="absent", delete_disks="owned")
    assert play.verbs(plan) == ["undefine", "delete_volume"]
    assert set(made.volumes) == {("default", "base.qcow2")}


def test_a_disk_that_stays_in_its_pool_stays_what_it_is():
    """To name the pool of a disk does not move it to the volume that a new disk would get."""
    made = play.node()
    play.converge(made, disks=[play.disk(volume="kept.qcow2")])
    assert play.plan(made, disks=[{"name": "root", "pool": "default"}]).actions == ()


def test_another_pool_does_not_give_a_vm_an_empty_disk():
    made = with_vm()
    made.folders.add("/srv/fast")
    host = FakeHost(made)
    host.run(Define("pool", "fast", play.pool_xml("fast", "/srv/fast")))
    host.run(Start("pool", "fast"))
    error = refusal(made, disks=[play.disk(pool="fast")])
    assert error.option == "disks[root].pool"
    assert "its volume 'web1-root.qcow2' is in the pool 'default'" in str(error)
    # One of another name is asked for on purpose.
    plan = play.plan(made, disks=[play.disk(pool="fast", volume="new.qcow2")])
    assert "create_volume" in play.verbs(plan)


def test_what_others_need_is_kept():
    made = with_vm()
    play.converge(made, name="db1", disks=[play.disk(image="web1-root.qcow2")])
    plan = play.converge(made, state="absent", delete_disks="owned")
    assert ("default", "web1-root.qcow2") in made.volumes
    (warning,) = plan.warnings
    assert warning.startswith("delete_disks: default/web1-root.qcow2 is kept, because")


def test_a_disk_that_only_changes_its_name_keeps_its_volume():
    made = with_vm()
    play.converge(
        made,
        disks=[{"name": "main", "volume": "web1-root.qcow2"}],
        remove_unmanaged=["disks"],
        delete_disks="owned",
    )
    assert ("default", "web1-root.qcow2") in made.volumes


# Races and failures.


def test_a_lost_race_is_told():
    made = with_vm()
    plan = play.plan(made, memory="2GiB")
    play.converge(made, vcpus=2)
    with pytest.raises(StepFailed) as failed:
        apply(plan, FakeHost(made))
    assert isinstance(failed.value.__cause__, LostRace)
    assert "somebody else changed max_vcpus, vcpus of the vm 'web1' in the meantime" in str(
        failed.value
    )
    play.converge(made, memory="2GiB")
    assert play.config(made).findtext("vcpu") == "2"


class Broken(FakeHost):
    """Fails at the action of one number."""

    def __init__(self, node: FakeNode, fails_at: int):
        super().__init__(node)
        self._left = fails_at

    def run(self, action: Action) -> None:
        if self._left == 0:
            raise VmrtError("libvirt says: no space left", hint="Make room.")
        self._left -= 1
        super().run(action)


WISH: dict[str, Any] = {
    "state": "running",
    "autostart": True,
    "disks": [play.disk(image="base.qcow2"), play.disk("data")],
    "nics": [play.nic()],
    "cloud_init": {"hostname": "web1"},
}


@pytest.mark.parametrize("fails_at", range(6))
def test_a_failure_says_what_was_done_and_the_next_run_goes_on(fails_at: int):
    made = play.node()
    plan = play.plan(made, **WISH)
    assert len(plan.actions) == 6
    with pytest.raises(StepFailed) as failed:
        apply(plan, Broken(made, fails_at))
    report = failed.value.report()
    assert report["changed"] is bool(fails_at)
    assert report["actions"] == [action.describe() for action in plan.actions[:fails_at]]
    assert report["failed_action"] == plan.actions[fails_at].describe()
    assert "no space left" in str(failed.value)
    assert "Make room." in str(failed.value)
    play.converge(made, **WISH)
    assert play.plan(made, **WISH).actions == ()
    assert made.vms["web1"].state == "running"
    end = play.converge(made, state="absent", delete_disks="owned")
    assert set(made.volumes) == {("default", "base.qcow2")}, end


# What is reported.


def test_what_is_reported_can_be_declared_again():
    made = with_vm(state="running", labels={"a": "b"}, graphics=[{"type": "vnc"}], autostart=True)
    report = declaration(VM, report_vm(FakeObserver(made), "web1"))
    assert play.plan(made, **report).actions == ()
    assert report["disks"][0]["volume"] == "web1-root.qcow2"
    assert report["disks"][0]["size"] == "10GiB"


def test_what_is_reported_makes_the_same_machine_on_another_node():
    made = with_vm(labels={"a": "b"}, graphics=[{"type": "vnc"}], cpu={"mode": "maximum"})
    tree.remove(play.config(made), "devices/rng")
    tree.remove(play.config(made), "features/apic")
    report = declaration(VM, report_vm(FakeObserver(made), "web1"))
    other = play.node()
    play.converge(other, **report)
    assert says(play.config(other), play.config(made))
    assert says(play.config(made), play.config(other))
    assert play.plan(other, **report).actions == ()


def test_addresses_are_reported_with_their_source():
    made = with_vm(state="running")
    mac = play.config(made).find("devices/interface/mac").get("address")
    made.leases[mac] = "192.0.2.21"
    (address,) = report_vm(FakeObserver(made), "web1")["status"]["addresses"]
    assert (address["nic"], address["address"]) == ("lan", "192.0.2.21")
    assert (address["network"], address["source"]) == ("default", "lease")


@pytest.mark.parametrize(
    ("state", "phase"), [("running", "Running"), ("paused", "Paused"), ("stopped", "Stopped")]
)
def test_phases(state: str, phase: str):
    made = with_vm(state=state)
    report = report_vm(FakeObserver(made), "web1")
    assert (report["state"], report["status"]["phase"]) == (state, phase)
    assert report_vm(FakeObserver(made), "other") == {"name": "other", "state": "absent"}
