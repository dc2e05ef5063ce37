# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a driver has to do, whichever it is: the fake is only worth what it shares with libvirt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume_xml import volume_xml
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.statistics import (
    DISK_STATISTICS,
    NIC_STATISTICS,
    STATISTICS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import (
    LostRace,
    NotFound,
    VmrtError,
)

VM, NETWORK, POOL = "contract-vm", "contract-net", "contract-pool"
MAC = "52:54:00:c0:01:01"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Kit:
    """A driver and what fits it. ``folder`` is where its pool may be; ``image`` boots a guest that
    answers to ACPI and asks for an address, where there are guests at all."""

    host: Any
    type: str = "qemu"
    os: str = "<type arch='x86_64' machine='q35'>hvm</type>"
    folder: str = "/srv/contract"
    image: str | None = None

    def domain(self, more: str = "", memory: int = 192) -> str:
        boot = (
            f"""<disk type='file' device='disk'>
                  <driver name='qemu' type='qcow2'/>
                  <source file='{self.image}'/><target dev='vda' bus='virtio'/>
                </disk>"""
            if self.image
            else ""
        )
        ports = "".join(
            f"<controller type='pci' index='{number}' model='pcie-root-port'/>"
            for number in range(1, 11 if "q35" in self.os else 1)
        )
        return f"""
            <domain type='{self.type}'>
              <name>{VM}</name>
              <metadata>
                <vmrt:vm xmlns:vmrt='urn:vmrt:libvirt:1'>
                  <vmrt:volume>pool/name</vmrt:volume>
                </vmrt:vm>
                <other:note xmlns:other='urn:example:other'>kept</other:note>
              </metadata>
              <memory unit='MiB'>{memory}</memory>
              <vcpu>1</vcpu>
              <os>{self.os}</os>
              <features><acpi/></features>
              <devices>
                {boot}
                {ports}
                <interface type='network'>
                  <mac address='{MAC}'/><source network='{NETWORK}'/><model type='virtio'/>
                  <alias name='ua-vmrt-lan'/>
                </interface>
                {more}
              </devices>
            </domain>"""


def network_xml() -> str:
    return f"""
        <network>
          <name>{NETWORK}</name>
          <forward mode='nat'/>
          <ip address='192.168.91.1' prefix='24'>
            <dhcp><range start='192.168.91.100' end='192.168.91.200'/></dhcp>
          </ip>
        </network>"""


class DefinitionContract:
    """Definitions and their power. Subclasses give the fixture ``made``, a fresh Kit."""

    @pytest.fixture
    def kit(self, made: Kit) -> Iterator[Kit]:
        """A driver whose node has an active network and pool of ours."""
        host = made.host
        host.run(actions.Define("network", NETWORK, network_xml()))
        host.run(actions.Start("network", NETWORK))
        pool = (
            f"<pool type='dir'><name>{POOL}</name>"
            f"<target><path>{made.folder}</path></target></pool>"
        )
        host.run(actions.Define("pool", POOL, pool))
        host.run(actions.BuildPool(POOL))
        host.run(actions.Start("pool", POOL))
        yield made
        vm = host.look("vm", VM)
        if vm and vm.active:
            host.run(actions.Stop("vm", VM))
        if host.look("vm", VM):
            host.run(actions.Undefine("vm", VM))
        for volume in host.volumes(POOL):
            host.run(actions.DeleteVolume(POOL, volume.name))
        for kind, name in (("pool", POOL), ("network", NETWORK)):
            if host.look(kind, name).active:
                host.run(actions.Stop(kind, name))
            host.run(actions.Undefine(kind, name))

    @pytest.fixture
    def host(self, kit: Kit) -> Any:
        return kit.host

    @pytest.fixture
    def vm(self, kit: Kit) -> Seen:
        """A vm as it is seen once it is defined."""
        kit.host.run(actions.Define("vm", VM, kit.domain()))
        return look(kit.host)

    def test_what_is_not_there(self, host: Any):
        for kind in ("vm", "network", "pool"):
            assert host.look(kind, "contract-none") is None
        assert host.pool("contract-none") is None
        assert host.volume(POOL, "none") is None
        assert host.volume("contract-none", "none") is None
        assert host.volumes("contract-none") == []

    @pytest.mark.parametrize(
        "action",
        [
            actions.Undefine("vm", "contract-none"),
            actions.Start("network", "contract-none"),
            actions.Stop("pool", "contract-none"),
            actions.Suspend("contract-none"),
            actions.SetAutostart("vm", "contract-none", True),
            actions.DeleteVolume(POOL, "none"),
            actions.ResizeVolume(POOL, "none", MIB),
        ],
        ids=lambda action: action.verb,
    )
    def test_what_is_not_there_can_not_be_changed(self, host: Any, action: actions.Action):
        with pytest.raises(NotFound):
            host.run(action)

    def test_a_definition_is_filled(self, vm: Seen):
        root = tree.parse(vm.xml)
        assert (vm.name, vm.state, vm.active, vm.persistent) == (VM, "shutoff", False, True)
        assert len(root.findtext("uuid")) == 36
        assert root.find("memory").get("unit") == "KiB"
        assert root.findtext("memory") == root.findtext("currentMemory") == str(192 * 1024)
        assert root.find("devices/interface/mac").get("address") == MAC

    def test_a_definition_keeps_what_is_ours_and_others(self, vm: Seen):
        metadata = tree.parse(vm.xml).find("metadata")
        ours = metadata.find("{urn:vmrt:libvirt:1}vm")
        assert [child.text for child in ours] == ["pool/name"]
        assert ours.get("created").isdigit()
        assert metadata.findtext("{urn:example:other}note") == "kept"

    def test_the_alias_of_a_user_is_kept(self, vm: Seen):
        alias = tree.parse(vm.xml).find("devices/interface/alias")
        assert alias.get("name") == "ua-vmrt-lan"

    def test_looking_changes_nothing(self, host: Any, vm: Seen):
        assert look(host) == vm

    def test_a_definition_is_changed_in_its_place(self, host: Any, vm: Seen):
        root = tree.parse(vm.xml)
        root.find("vcpu").text = "2"
        host.run(actions.Define("vm", VM, tree.render(root), vm.fingerprint))
        now = tree.parse(look(host).xml)
        assert now.findtext("vcpu") == "2"
        assert now.findtext("uuid") == root.findtext("uuid")
        assert look(host).fingerprint != vm.fingerprint

    def test_a_fewer_current_cpus_are_told(self, host: Any, vm: Seen):
        root = tree.parse(vm.xml)
        root.find("vcpu").text = "4"
        root.find("vcpu").set("current", "2")
        host.run(actions.Define("vm", VM, tree.render(root), vm.fingerprint))
        assert tree.parse(look(host).xml).find("vcpu").get("current") == "2"
        root.find("vcpu").set("current", "4")
        host.run(actions.Define("vm", VM, tree.render(root), look(host).fingerprint))
        assert tree.parse(look(host).xml).find("vcpu").get("current") is None

    def test_a_lost_race_changes_nothing(self, kit: Kit, host: Any, vm: Seen):
        before = tree.parse(vm.xml)
        before.find("vcpu").text = "7"
        for known, said in (
            ((None,), f"somebody else made the vm '{VM}'"),
            (("another", tree.render(before)), f"somebody else changed .*vcpus of the vm '{VM}'"),
        ):
            with pytest.raises(LostRace, match=said):
                host.run(actions.Define("vm", VM, kit.domain(memory=256), *known))
        assert look(host) == vm

    def test_an_order_of_devices_is_refused_beside_that_of_the_machine(self, host: Any, vm: Seen):
        root = tree.parse(vm.xml)
        assert root.find("os/boot") is not None
        tree.ensure(root.find("devices/interface"), "boot/@order").put("1")
        with pytest.raises(VmrtError, match="per-device boot elements"):
            host.run(actions.Define("vm", VM, tree.render(root), vm.fingerprint))

    def test_names_and_addresses_are_known(self, host: Any, vm: Seen):
        assert VM in host.names("vm")
        assert NETWORK in host.names("network")
        assert POOL in host.names("pool")
        assert host.macs()[MAC] == VM

    def test_autostart(self, host: Any, vm: Seen):
        for kind, name in (("vm", VM), ("network", NETWORK)):
            for wanted in (True, False):
                host.run(actions.SetAutostart(kind, name, wanted))
                assert host.look(kind, name).autostart is wanted

    def test_power(self, host: Any, vm: Seen):
        host.run(actions.Start("vm", VM))
        assert look(host).state == "running"
        assert tree.parse(look(host).live_xml or "").get("id")
        # libvirt may give the devices of a definition another order when it starts.
        assert sorted(look(host).xml.split("\n")) == sorted(vm.xml.split("\n"))
        host.run(actions.Suspend(VM))
        assert look(host).state == "paused"
        host.run(actions.Resume(VM))
        assert look(host).state == "running"
        host.run(actions.Shutdown(VM, 1, True))
        assert (look(host).state, look(host).live_xml) == ("shutoff", None)

    def test_what_is_counted(self, host: Any, vm: Seen):
        uuid = tree.parse(vm.xml).findtext("uuid")
        (off,) = host.counted(VM)
        assert (off.name, off.uuid, off.state) == (VM, uuid, "shutoff")
        assert off in host.counted()
        host.run(actions.Start("vm", VM))
        (on,) = host.counted(VM)
        cpus = int(tree.parse(vm.xml).findtext("vcpu"))
        # libvirt's test driver counts nothing.
        assert (on.state, on.values.get("vcpus", cpus)) == ("running", cpus)
        assert set(on.values) <= {one.name for one in STATISTICS.fields}
        for disk in on.values["disks"]:
            assert set(disk) <= {one.name for one in DISK_STATISTICS.fields}
        for nic in on.values.get("nics", ()):
            assert set(nic) <= {one.name for one in NIC_STATISTICS.fields}

    def test_a_running_definition_has_an_alias_for_each_device(self, host: Any, vm: Seen):
        host.run(actions.Start("vm", VM))
        nic = tree.parse(look(host).live_xml or "").find("devices/interface")
        assert nic.find("alias").get("name")
        assert tree.find(nic, "source/@network").text == NETWORK

    def test_what_runs_can_not_be_started(self, host: Any, vm: Seen):
        host.run(actions.Start("vm", VM))
        with pytest.raises(VmrtError):
            host.run(actions.Start("vm", VM))

    def test_an_undefined_vm_is_gone(self, host: Any, vm: Seen):
        host.run(actions.Undefine("vm", VM))
        assert host.look("vm", VM) is None
        assert VM not in host.names("vm")

    def test_a_running_vm_that_is_undefined_lives_on_without_a_definition(
        self, host: Any, vm: Seen
    ):
        host.run(actions.Start("vm", VM))
        host.run(actions.Undefine("vm", VM))
        assert look(host).persistent is False
        host.run(actions.Stop("vm", VM))
        assert host.look("vm", VM) is None

    def test_networks_and_pools_end_and_begin(self, host: Any):
        for kind, name in (("network", NETWORK), ("pool", POOL)):
            assert host.look(kind, name).state == "active"
            host.run(actions.Stop(kind, name))
            assert host.look(kind, name).state == "inactive"
            host.run(actions.Start(kind, name))
            assert host.look(kind, name).active

    def test_a_pool_tells_its_folder_and_its_room(self, kit: Kit):
        pool = kit.host.pool(POOL)
        assert (pool.name, pool.active, pool.type) == (POOL, True, "dir")
        assert pool.target == kit.folder
        assert pool.capacity >= pool.available > 0

    def test_a_volume_is_made_and_deleted(self, kit: Kit, host: Any):
        create(host, "a.qcow2", 8 * MIB)
        volume = host.volume(POOL, "a.qcow2")
        assert (volume.pool, volume.name, volume.capacity) == (POOL, "a.qcow2", 8 * MIB)
        assert volume.path == f"{kit.folder}/a.qcow2"
        assert volume.format == "qcow2"
        assert volume.backing is None
        assert [one.name for one in host.volumes(POOL)] == ["a.qcow2"]
        with pytest.raises(VmrtError, match=r"exist|somebody else made"):
            create(host, "a.qcow2", 8 * MIB)
        host.run(actions.DeleteVolume(POOL, "a.qcow2"))
        assert host.volume(POOL, "a.qcow2") is None

    def test_an_inactive_pool_shows_no_volumes(self, host: Any):
        create(host, "a.qcow2", 8 * MIB)
        host.run(actions.Stop("pool", POOL))
        assert host.volume(POOL, "a.qcow2") is None
        assert host.volumes(POOL) == []
        with pytest.raises(VmrtError):
            create(host, "b.qcow2", 8 * MIB)
        host.run(actions.Start("pool", POOL))

    def test_the_definitions_in_force_are_read_at_once(self, kit: Kit, host: Any):
        host.run(actions.Define("vm", VM, kit.domain()))
        named = {tree.parse(xml).findtext("name") for xml in host.definitions()}
        assert VM in named
        assert len(named) == len(host.definitions()) == len(host.names("vm"))

    def test_who_uses_a_file_is_known(self, kit: Kit, host: Any):
        host.run(actions.Define("vm", VM, kit.domain(disk(f"{kit.folder}/a.qcow2"))))
        (user,) = host.users()[f"{kit.folder}/a.qcow2"]
        assert (user.vm, user.running, user.target, user.backing) == (VM, False, "vdb", False)


class RunningContract(DefinitionContract):
    """What is done to volumes with content, and to machines that run."""

    @pytest.fixture
    def running(self, kit: Kit) -> Seen:
        kit.host.run(actions.Define("vm", VM, kit.domain()))
        kit.host.run(actions.Start("vm", VM))
        self.wait_for_guest(kit)
        return look(kit.host)

    def wait_for_guest(self, kit: Kit) -> None:
        """A guest has to be up to let go of a device."""

    @pytest.mark.parametrize(("kind", "name"), [("network", NETWORK), ("pool", POOL)])
    def test_what_is_inactive_can_not_be_stopped(self, host: Any, kind: str, name: str):
        host.run(actions.Stop(kind, name))
        with pytest.raises(VmrtError):
            host.run(actions.Stop(kind, name))

    def test_a_network_gets_a_bridge(self, host: Any):
        root = tree.parse(host.look("network", NETWORK).xml)
        assert tree.find(root, "bridge/@name").text
        assert len(root.findtext("uuid")) == 36

    def test_a_volume_grows(self, host: Any):
        create(host, "a.qcow2", 8 * MIB)
        host.run(actions.ResizeVolume(POOL, "a.qcow2", 16 * MIB))
        assert host.volume(POOL, "a.qcow2").capacity == 16 * MIB

    def test_an_overlay_tells_its_image(self, host: Any):
        create(host, "a.qcow2", 8 * MIB)
        image = host.volume(POOL, "a.qcow2")
        xml = volume_xml("b.qcow2", 16 * MIB, "qcow2", image)
        host.run(actions.CreateVolume(POOL, "b.qcow2", 16 * MIB, xml))
        assert host.volume(POOL, "b.qcow2").backing == image.path

    def test_bytes_are_written_and_read(self, host: Any):
        for content in (b"first" * 1000, b"second" * 500):
            host.run(actions.WriteVolume(POOL, "seed.iso", content))
            assert host.download(POOL, "seed.iso") == content
        assert host.volume(POOL, "seed.iso").capacity == len(b"second" * 500)

    def test_a_disk_comes_grows_and_goes(self, kit: Kit, host: Any, running: Seen):
        create(host, "a.qcow2", 8 * MIB)
        path = f"{kit.folder}/a.qcow2"
        host.run(actions.Attach(VM, "disks[data]", disk(path)))
        device = live(host, "disk[target/@dev='vdb']")
        assert device.find("alias").get("name") == "ua-vmrt-data"
        assert device.find("address") is not None
        assert [user.running for user in host.users()[path]] == [True]
        with pytest.raises(VmrtError):
            host.run(actions.Attach(VM, "disks[data]", disk(path)))
        host.run(actions.BlockResize(VM, "vdb", 16 * MIB, path))
        assert host.volume(POOL, "a.qcow2").capacity == 16 * MIB
        host.run(actions.Detach(VM, "disks[data]", tree.render(device), 60))
        assert live(host, "disk[target/@dev='vdb']") is None
        assert look(host).xml == running.xml

    def test_an_interface_comes_and_goes(self, host: Any, running: Seen):
        nic = f"""<interface type='network'>
            <mac address='52:54:00:c0:01:02'/><source network='{NETWORK}'/>
            <model type='virtio'/><alias name='ua-vmrt-wan'/></interface>"""
        host.run(actions.Attach(VM, "nics[wan]", nic))
        device = live(host, "interface[alias/@name='ua-vmrt-wan']")
        assert host.macs()["52:54:00:c0:01:02"] == VM
        host.run(actions.Detach(VM, "nics[wan]", tree.render(device), 60))
        assert live(host, "interface[alias/@name='ua-vmrt-wan']") is None

    def test_a_cable_is_unplugged(self, host: Any, running: Seen):
        device = live(host, f"interface[mac/@address='{MAC}']")
        tree.ensure(device, "link/@state").put("down")
        host.run(actions.Update(VM, "nics[lan]", tree.render(device)))
        assert live(host, f"interface[mac/@address='{MAC}']/link").get("state") == "down"

    def test_a_card_does_not_become_another(self, host: Any, running: Seen):
        device = live(host, f"interface[mac/@address='{MAC}']")
        device.find("model").set("type", "e1000e")
        with pytest.raises(VmrtError):
            host.run(actions.Update(VM, "nics[lan]", tree.render(device)))

    def test_buses_without_hotplug_are_refused(self, kit: Kit, host: Any, running: Seen):
        create(host, "a.qcow2", 8 * MIB)
        wrong = disk(f"{kit.folder}/a.qcow2").replace(
            "dev='vdb' bus='virtio'", "dev='sda' bus='sata'"
        )
        with pytest.raises(VmrtError):
            host.run(actions.Attach(VM, "disks[data]", wrong))

    def test_our_metadata_is_replaced(self, host: Any, running: Seen):
        xml = "<vmrt:vm xmlns:vmrt='urn:vmrt:libvirt:1' restarts='2'/>"
        host.run(actions.SetMetadata(VM, xml))
        metadata = tree.parse(look(host).live_xml or "").find("metadata")
        assert metadata.find("{urn:vmrt:libvirt:1}vm").get("restarts") == "2"
        assert metadata.findtext("{urn:example:other}note") == "kept"

    def test_a_lease_is_an_address(self, host: Any, running: Seen):
        (address,) = host.addresses(VM, ["lease"])
        assert (address["mac"], address["nic"], address["source"]) == (MAC, "lan", "lease")
        assert address["network"] == NETWORK
        assert address["address"].startswith("192.168.91.")

    @pytest.mark.parametrize(
        "action",
        [
            actions.Attach(VM, "disks[data]", "<disk type='file' device='disk'/>"),
            actions.SetVcpus(VM, 1),
            actions.Suspend(VM),
        ],
        ids=lambda action: action.verb,
    )
    def test_a_vm_that_is_off_can_not_be_changed_live(
        self, host: Any, vm: Seen, action: actions.Action
    ):
        with pytest.raises(VmrtError):
            host.run(action)


def look(host: Any) -> Seen:
    seen = host.look("vm", VM)
    assert seen is not None
    return seen  # type: ignore[no-any-return]


def live(host: Any, path: str) -> Any:
    """The first device of the running vm that an XPath expression finds."""
    found = tree.parse(look(host).live_xml or "").xpath(f"devices/{path}")
    return found[0] if found else None


def create(host: Any, name: str, size: int) -> None:
    host.run(actions.CreateVolume(POOL, name, size, volume_xml(name, size, "qcow2")))


def disk(path: str, target: str = "dev='vdb' bus='virtio'") -> str:
    return f"""<disk type='file' device='disk'>
        <driver name='qemu' type='qcow2'/><source file='{path}'/>
        <target {target}/><alias name='ua-vmrt-data'/></disk>"""
