# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hypervisor runs a vm, what it fills in, and all that it refuses at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_host import FakeHost
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_node import (
    FakeNode,
    Thing,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.fake_observer import FakeObserver
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.apply import apply
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import report_vm
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors import registry
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.abilities import EVERY
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors.base import Hypervisor
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from tests.unit.support import play
from tests.unit.support.golden import CASES, load
from tests.unit.support.grammar import complaints
from tests.unit.support.nodes import become
from tests.unit.support.schemas import options


def node(name: str) -> FakeNode:
    return become(play.node(), name)


def refusal(made: FakeNode, **options: Any) -> VmrtError:
    with pytest.raises(VmrtError) as caught:
        play.plan(made, **options)
    return caught.value


def existing(made: FakeNode, domain_type: str, state: str = "shutoff", more: str = "") -> None:
    guest = made.values["guests"][0]
    root = tree.parse(
        f"<domain type='{domain_type}'><name>web1</name><memory unit='KiB'>1048576</memory>"
        "<currentMemory unit='KiB'>1048576</currentMemory><vcpu>1</vcpu>"
        f"<os><type arch='{guest['arch']}'>{guest['os_type']}</type></os>"
        f"<devices>{more}</devices></domain>"
    )
    made.vms["web1"] = Thing(root, tree.copy(root) if state != "shutoff" else None, state)


class TestChoice:
    @pytest.mark.parametrize(
        ("where", "name"),
        [("qemu", "qemu"), ("lxc", "lxc"), ("xen", "xen"), ("test", "test")],
    )
    def test_the_first_that_the_node_offers(self, where: str, name: str):
        plan = play.plan(node(where), hypervisor="auto", state="stopped")
        assert plan.filled["hypervisor"] == name

    def test_says_why(self):
        plan = play.plan(node("qemu"), hypervisor="auto", state="stopped")
        reason = "kvm is not offered for x86_64 by this node's libvirt"
        assert plan.filled["hypervisor_reason"] == reason
        plan = play.plan(play.node(), hypervisor="auto", state="stopped")
        assert plan.filled["hypervisor_reason"] == "the node's libvirt offers kvm"

    def test_a_named_one_needs_no_reason(self):
        plan = play.plan(play.node(), hypervisor="qemu", state="stopped")
        assert plan.filled["hypervisor"] == "qemu"
        assert "hypervisor_reason" not in plan.filled

    def test_none_for_an_architecture(self):
        error = refusal(play.node(), hypervisor="auto", arch="s390x")
        assert error.option == "arch"
        assert "kvm is not offered for s390x" in str(error)

    def test_none_for_a_driver(self):
        error = refusal(node("bhyve"), hypervisor="auto")
        assert "no plug-in for libvirt's driver bhyve" in str(error)

    def test_kvm_that_is_not_there_names_the_way_out(self):
        error = refusal(node("qemu"), hypervisor="kvm")
        assert error.option == "hypervisor"
        assert "Say qemu or auto" in str(error)

    def test_that_of_another_driver_names_its_uri(self):
        error = refusal(play.node(), hypervisor="lxc")
        assert error.option == "hypervisor"
        assert "Use the URI lxc:///system" in str(error)

    def test_a_type_that_drivers_share_is_that_of_the_node(self):
        assert registry.get("kvm", "CH").name == "cloud-hypervisor"
        assert registry.get("cloud-hypervisor", "CH").type == "kvm"
        assert registry.of("kvm", "QEMU").name == "kvm"
        made = node("cloud-hypervisor")
        existing(made, "kvm")
        assert report_vm(FakeObserver(made), "web1")["hypervisor"] == "cloud-hypervisor"

    def test_an_existing_one_keeps_its_own(self):
        made = play.node()
        existing(made, "kvm")
        for name in ("auto", "kvm"):
            assert play.plan(made, hypervisor=name, state="stopped").changes == ()


class TestValidate:
    def test_all_at_once(self):
        error = refusal(
            node("qemu"),
            vcpus=999,
            memory="1MiB",
            machine="q35",
            firmware="bios",
            cpu={"mode": "custom", "model": "pdp11"},
            graphics=[{"type": "vnc"}],
            disks=[play.disk(bus="ide")],
        )
        for words in (
            "vcpus: a q35 of qemu has at most 288 CPUs",
            "memory: is less than 2MiB",
            "cpu.model: the node's qemu does not offer 'pdp11'",
            "disks[root].bus: the node's qemu does not offer 'ide'",
        ):
            assert words in str(error)

    def test_what_libvirt_does_not_tell_may_be_there(self):
        assert play.plan(play.node(), disks=[play.disk(bus="ide")], machine="pc").actions

    def test_what_nobody_speaks_of_is_not_refused(self):
        """A vm that has what libvirt no longer offers can still be changed."""
        made = node("qemu")
        existing(
            made,
            "qemu",
            more="<disk type='file' device='disk'><source file='/srv/a'/>"
            "<target dev='hda' bus='ide'/><alias name='ua-vmrt-root'/></disk>",
        )
        assert play.plan(made, vcpus=2, state="stopped").changes

    @pytest.mark.parametrize(
        ("where", "options", "option"),
        [
            ("lxc", {"graphics": [{"type": "vnc"}]}, "graphics"),
            ("lxc", {"machine": "q35"}, "machine"),
            ("lxc", {"os_type": "hvm"}, "os_type"),
            ("lxc", {"cloud_init": {"hostname": "a"}}, "cloud_init"),
            ("xen", {"disks": [play.disk(bus="virtio")]}, "disks[root].bus"),
            ("xen", {"rng": {"model": "virtio"}}, "rng"),
            ("xen", {"vcpus": 129}, "vcpus"),
            ("xen", {"os_type": "exe"}, "os_type"),
            ("cloud-hypervisor", {}, "boot.kernel"),
            ("cloud-hypervisor", {"autostart": True}, "autostart"),
            ("cloud-hypervisor", {"disks": [play.disk(bus="scsi")]}, "disks[root].bus"),
            ("cloud-hypervisor", {"memory": "32MiB"}, "memory"),
            ("test", {"os_type": "exe"}, "os_type"),
        ],
    )
    def test_each(self, where: str, options: dict[str, Any], option: str):
        error = refusal(node(where), hypervisor="auto", **options)
        assert f"{option}: " in str(error)


class TestAbilities:
    NIC = (
        "<interface type='network'><mac address='52:54:00:00:00:01'/>"
        "<source network='default'/><model type='virtio'/><alias name='ua-vmrt-lan'/></interface>"
    )

    def test_what_can_not_be_plugged_waits_for_a_restart(self):
        made = node("test")
        existing(made, "test", "running")
        plan = play.plan(made, hypervisor="auto", state="running", nics=[play.nic()])
        assert play.verbs(plan) == ["define"]
        assert plan.restart_required == ("nics[lan]",)

    def test_a_container_gets_an_interface_while_it_runs(self):
        made = node("lxc")
        existing(made, "lxc", "running")
        plan = play.plan(made, hypervisor="auto", state="running", nics=[play.nic()])
        assert play.verbs(plan) == ["define", "attach"]
        assert plan.restart_required == ()

    def test_a_change_in_its_place_waits_or_is_plugged_anew(self):
        made = node("lxc")
        existing(made, "lxc", "running", self.NIC)
        wish = {"nics": [play.nic(link="down")], "state": "running", "hypervisor": "auto"}
        assert play.verbs(play.plan(made, **wish)) == ["define", "detach", "attach"]

    def test_the_vcpus_of_a_container_wait(self):
        made = node("lxc")
        existing(made, "lxc", "running")
        plan = play.plan(made, hypervisor="auto", state="running", vcpus=2)
        assert play.verbs(plan) == ["define"]
        assert "vcpus" in plan.restart_required

    def test_where_none_starts_paused_it_runs_for_a_moment(self):
        made = node("test")
        plan = play.plan(made, hypervisor="auto", state="paused")
        assert play.verbs(plan) == ["define", "start", "suspend"]
        assert plan.actions[1].paused is None


class TestForeign:
    def test_is_read_and_reported(self):
        made = node("bhyve")
        existing(made, "bhyve")
        values = report_vm(FakeObserver(made), "web1")
        assert values["hypervisor"] == "bhyve"
        assert values["memory"] == 2**30

    def test_is_started_and_stopped_and_removed(self):
        made = node("bhyve")
        existing(made, "bhyve")
        assert play.verbs(play.plan(made, hypervisor="bhyve", state="running")) == ["start"]
        assert play.verbs(play.plan(made, hypervisor="auto", state="absent")) == ["undefine"]

    def test_what_is_the_same_is_no_change(self):
        made = node("bhyve")
        existing(made, "bhyve")
        plan = play.plan(made, hypervisor="bhyve", memory="1GiB", state="stopped")
        assert plan.actions == ()

    def test_its_definition_is_not_changed(self):
        made = node("bhyve")
        existing(made, "bhyve")
        error = refusal(made, hypervisor="auto", memory="2GiB", state="stopped")
        assert error.option == "hypervisor"
        assert "Change it with virsh" in str(error)

    def test_none_is_made(self):
        assert "there is no hypervisor 'vz'" in str(refusal(play.node(), hypervisor="vz"))


class TestLazily:
    """What a hypervisor can do takes libvirt a while to tell."""

    def test_an_unchanged_vm_does_not_ask(self, monkeypatch: pytest.MonkeyPatch):
        made = play.node()
        apply(play.plan(made, state="stopped"), FakeHost(made))
        asked: list[str] = []
        monkeypatch.setattr(
            FakeObserver, "domain_capabilities", lambda *arguments: asked.append(arguments[1])
        )
        assert play.plan(made, state="stopped").actions == ()
        assert asked == []
        assert play.plan(made, state="stopped", vcpus=2).actions
        assert asked == ["qemu"]


@pytest.mark.parametrize(
    "path", [one for one in CASES if "node" in load(one)], ids=lambda one: one.stem
)
def test_each_definition_is_libvirts(path: Path):
    """No such hypervisor runs where the tests do, so libvirt's grammar has the last word."""
    xml = load(path)["expected"].get("xml", {})
    definitions = [text for action, text in xml.items() if action.startswith("define")]
    assert [complaints("vm", definition) for definition in definitions] == [[]] * len(definitions)


@pytest.mark.parametrize("where", ["qemu", "cloud-hypervisor", "lxc", "xen", "test"])
def test_a_second_run_finds_nothing_to_do(where: str):
    made = node(where)
    wish = {"hypervisor": "auto", "state": "stopped", "vcpus": 2}
    if where == "cloud-hypervisor":
        wish["boot"] = {"kernel": "/srv/vmlinux"}
    play.converge(made, **wish)
    assert play.plan(made, **wish).actions == ()
    assert play.plan(made, **{**wish, "hypervisor": where}).actions == ()


@pytest.mark.parametrize("where", ["lxc", "xen"])
def test_an_interface_comes_and_goes_while_it_runs(where: str):
    made = node(where)
    wish = {"hypervisor": "auto", "state": "running"}
    play.converge(made, **wish)
    wish["nics"] = [play.nic()]
    assert play.verbs(play.converge(made, **wish)) == ["define", "attach"]
    assert play.plan(made, **wish).actions == ()
    wish["nics"] = [{"name": "lan", "state": "absent"}]
    assert play.verbs(play.converge(made, **wish)) == ["define", "detach"]
    assert play.plan(made, **wish).actions == ()


@pytest.mark.parametrize("hypervisor", registry.REGISTRY.values(), ids=lambda one: one.name)
def test_each_call_is_that_of_an_option(hypervisor: Hypervisor):
    vias = {one.field.via or "" for one in options(VM)}
    vias |= {via.partition(":")[0] for via in vias}
    calls = hypervisor.abilities.calls
    assert calls is EVERY or {*calls} - vias == set()
