# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs a machine: how it is chosen on a real node, and what the node can not do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.integration.play import check, picture, play, refused, shell, task, verbs

MACHINE: dict[str, Any] = {"name": "it-hyper", "state": "stopped", "memory": "64MiB"}
LXC = {"uri": "lxc:///system"}
CONTAINER: dict[str, Any] = {
    **LXC,
    "name": "it-box",
    "state": "stopped",
    "hypervisor": "lxc",
    "memory": "64MiB",
    "labels": {"tier": "web"},
}
LARGER = {**CONTAINER, "memory": "128MiB", "vcpus": 2, "autostart": True}
SHARED = "virsh -q -c lxc:///system dumpxml it-box"


def test_the_hypervisor_of_a_node(lab: Any, tmp_path: Path) -> None:
    seen = play(
        lab,
        tmp_path,
        node=task("node_info"),
        no_kvm=task("vm", **MACHINE, hypervisor="kvm"),
        no_xen=task("vm", **MACHINE, hypervisor="xen"),
        no_bhyve=task("vm", **MACHINE, hypervisor="bhyve"),
        many=task(
            "vm",
            **MACHINE,
            vcpus=999,
            machine="q35",
            firmware="bios",
            cpu={"mode": "custom", "model": "pdp11"},
            disks=[{"name": "root", "size": "1MiB", "bus": "ide"}],
        ),
        foreign=task("vm", **MACHINE, arch="aarch64"),
        predicted=check("vm", **MACHINE),
        made=task("vm", **MACHINE),
        again=task("vm", **MACHINE),
        ended=task("vm", name="it-hyper", state="absent"),
    )
    node = seen["node"]["node"]
    assert node["driver"] == "QEMU"
    (offers,) = node["domain_capabilities"]
    assert offers["hypervisor"] == "qemu"
    assert "virtio" in offers["disk_buses"]
    assert "ide" not in offers["disk_buses"]
    assert "qemu64" in offers["cpu_models"]
    assert "host-passthrough" not in offers["cpu_modes"]
    assert offers["max_vcpus"] == 288

    assert "kvm is not offered for x86_64" in refused(seen["no_kvm"], "hypervisor")
    assert "Say qemu or auto" in seen["no_kvm"]["msg"]
    assert "Use the URI xen:///system" in refused(seen["no_xen"], "hypervisor")
    assert "there is no hypervisor 'bhyve'" in refused(seen["no_bhyve"], "hypervisor")
    for words in ("vcpus: a q35 of qemu has at most 288 CPUs", "'pdp11'", "does not offer 'ide'"):
        assert words in seen["many"]["msg"]
    assert "qemu is not offered for aarch64" in refused(seen["foreign"], "arch")

    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert seen["made"]["filled"]["hypervisor"] == "qemu"
    reason = "kvm is not offered for x86_64 by this node's libvirt"
    assert seen["made"]["filled"]["hypervisor_reason"] == reason
    assert not seen["again"]["changed"]


def test_a_container(lab: Any, tmp_path: Path) -> None:
    """It is defined on a real libvirt; starting one needs control groups, which a lab's node may
    not write."""
    seen = play(
        lab,
        tmp_path,
        node=task("node_info", **LXC),
        wrong=task("vm", **CONTAINER, graphics=[{"type": "vnc"}], machine="q35"),
        no_machine=task("vm", **{**CONTAINER, "hypervisor": "qemu"}),
        before=picture(),
        predicted=check("vm", **CONTAINER),
        between=picture(),
        made=task("vm", **CONTAINER),
        again=task("vm", **CONTAINER),
        predicted_larger=check("vm", **LARGER),
        larger=task("vm", **LARGER),
        larger_again=task("vm", **LARGER),
        xml=shell(SHARED),
        info=task("vm_info", **LXC, name="it-box"),
        ended=task("vm", **LXC, name="it-box", state="absent"),
        gone=task("vm", **LXC, name="it-box", state="absent"),
    )
    assert seen["node"]["node"]["driver"] == "LXC"
    assert seen["node"]["node"]["domain_capabilities"] == []
    for words in ("graphics: lxc has none", "machine: lxc has no machine types"):
        assert words in seen["wrong"]["msg"]
    assert "Use the URI qemu:///system" in refused(seen["no_machine"], "hypervisor")

    assert seen["before"]["stdout"] == seen["between"]["stdout"]
    assert verbs(seen["made"]) == ["define"]
    assert seen["predicted"]["actions"] == seen["made"]["actions"]
    assert not seen["again"]["changed"]
    assert verbs(seen["larger"]) == ["define", "set_autostart"]
    assert seen["predicted_larger"]["actions"] == seen["larger"]["actions"]
    assert not seen["larger_again"]["changed"]
    assert "<init>/sbin/init</init>" in seen["xml"]["stdout"]
    (info,) = seen["info"]["vms"]
    assert info["hypervisor"] == "lxc"
    assert info["os_type"] == "exe"
    assert info["memory"] == "128MiB"
    assert verbs(seen["ended"]) == ["undefine"]
    assert not seen["gone"]["changed"]
