# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that somebody else made: taken over as it is, and changed only where a task says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.uncovered import says
from tests.integration.play import check, play, refused, shell, task, verbs

NAME = "it-adopt"
DISK = f"/var/lib/libvirt/images/{NAME}.qcow2"
INSTALL = shell(
    f"cp /var/lib/libvirt/images/{NAME}-tiny.qcow2 {DISK} && "
    f"virt-install --name {NAME} --virt-type qemu --memory 192 --vcpus 1,maxvcpus=2 --import"
    f" --disk path={DISK},format=qcow2,bus=virtio --network none --graphics vnc"
    " --osinfo detect=off,require=off --noautoconsole"
)
# What a machine is, and what it boots.
PICKED = (
    *("uuid", "memory", "max_memory", "vcpus", "max_vcpus", "hypervisor", "firmware", "os_type"),
    *("arch", "machine", "boot", "features", "fill_in"),
)
DUMP = shell(f"virsh dumpxml --inactive --security-info {NAME}")
# What libvirt keeps, and no task speaks of.
STRANGE = """
<f:farm xmlns:f="urn:farm"><f:barn doors="2">red <f:cow/></f:barn></f:farm>
"""


def test_a_vm_of_virt_install_is_adopted_and_changed(
    lab: Any, tiny_image: Path, tmp_path: Path
) -> None:
    first = play(
        lab,
        tmp_path,
        pool=task("pool", name="default", state="active"),
        image=task("image", name=f"{NAME}-tiny.qcow2", src=str(tiny_image)),
        installed=INSTALL,
        info=task("vm_info", name=NAME),
        xml=DUMP,
    )
    assert first["installed"]["rc"] == 0, first["installed"]
    declared = first["info"]["vms"][0]
    assert declared["disks"][0]["volume"] == f"{NAME}.qcow2"
    kept = {key: value for key, value in declared.items() if key != "status"}
    more = {"name": NAME, "vcpus": 2, "labels": {"tier": "old"}, "description": "taken over"}
    seen = play(
        lab,
        tmp_path,
        same=task("vm", **declared),
        still=DUMP,
        predicted=check("vm", **more),
        changed=task("vm", **more),
        again=task("vm", **more),
        removed=task("vm", name=NAME, state="absent", force=True, stop_timeout=1),
        made_anew=task("vm", **kept),
        anew=DUMP,
        same_again=task("vm", **kept),
        end=task("vm", name=NAME, state="absent", force=True, stop_timeout=1),
        disk=shell(f"rm {DISK}"),
        image=task("image", name=f"{NAME}-tiny.qcow2", state="absent"),
    )
    assert not seen["same"]["changed"], seen["same"]["changes"]
    assert seen["still"]["stdout"] == first["xml"]["stdout"]
    assert seen["changed"]["restart_required"] == []
    assert sorted(verbs(seen["changed"])) == sorted(["define", "set_vcpus", "set_metadata", "tune"])
    assert seen["predicted"]["actions"] == seen["changed"]["actions"]
    assert not seen["again"]["changed"]
    assert seen["disk"]["rc"] == 0, "the disk is kept"
    # The declaration of a vm makes the same vm, wherever.
    before, after = (tree.parse(text["stdout"]) for text in (first["xml"], seen["anew"]))
    for root in (before, after):
        tree.remove(root, "metadata")
    assert says(after, before)
    assert not seen["same_again"]["changed"]


def test_ten_runs_leave_alone_what_nobody_speaks_of(lab: Any, tmp_path: Path) -> None:
    name, file = "it-strange", "/root/it-strange.xml"
    define = shell(
        f"""cat > {file} <<'EOF'
<domain type="qemu"><name>{name}</name>
  <metadata>{STRANGE}</metadata>
  <memory unit="MiB">64</memory><vcpu>1</vcpu>
  <resource><partition>/machine</partition></resource>
  <os><type arch="x86_64" machine="q35">hvm</type></os>
  <devices><shmem name="it-shm"><model type="ivshmem-plain"/><size unit="M">4</size></shmem>
  </devices></domain>
EOF
virsh -q define --validate {file} && rm {file}"""
    )
    dump = shell(f"virsh dumpxml --inactive --security-info {name}")
    runs = {
        f"run{number}": task("vm", name=name, memory=f"{64 + number}MiB", title=f"run {number}")
        for number in range(10)
    }
    seen = play(
        lab,
        tmp_path,
        defined=define,
        before=dump,
        **runs,
        after=dump,
        end=task("vm", name=name, state="absent"),
    )
    assert all(seen[run]["changed"] for run in runs)
    before, after = (tree.parse(seen[when]["stdout"]) for when in ("before", "after"))
    assert tree.find(after, "metadata").element[0].tag == "{urn:farm}farm"
    for root in (before, after):
        for place in ("memory", "currentMemory", "title"):
            tree.remove(root, place)
        for mark in root.iterfind("metadata/{urn:vmrt:libvirt:1}vm"):
            mark.getparent().remove(mark)
    assert tree.same(before, after)


def test_firmware_that_somebody_picked_stays(lab: Any, tmp_path: Path) -> None:
    name, file = "it-picked", "/root/it-picked.xml"
    code = "/usr/share/OVMF/OVMF_CODE_4M.fd"
    define = shell(
        f"""cat > {file} <<'EOF'
<domain type="qemu"><name>{name}</name>
  <memory unit="MiB">64</memory><vcpu>1</vcpu>
  <os><type arch="x86_64" machine="q35">hvm</type>
  <loader readonly="yes" type="pflash">{code}</loader></os>
  <features><acpi/></features>
</domain>
EOF
virsh -q define --validate {file} && rm {file}"""
    )
    dump = shell(f"virsh dumpxml --inactive --security-info {name}")
    told = "{{ result_info.vms[0] }}"
    end = {"name": name, "state": "absent"}
    seen = play(
        lab,
        tmp_path,
        defined=define,
        before=dump,
        info=task("vm_info", name=name),
        same=task("vm", name=name, firmware="efi"),
        bios=task("vm", name=name, firmware="bios"),
        secure=task("vm", name=name, secure_boot=True),
        removed=task("vm", **end),
        anew=task("vm", name=name, **{key: told[:-3] + f".{key} }}}}" for key in PICKED}),
        after=dump,
        end=task("vm", **end),
    )
    info = seen["info"]["vms"][0]
    assert info["firmware"] == "efi"
    assert info["boot"]["loader"] == {"path": code, "readonly": True, "type": "pflash"}
    assert not seen["same"]["changed"]
    assert "bios" in refused(seen["bios"], "firmware")
    refused(seen["secure"], "secure_boot")
    assert verbs(seen["anew"]) == ["define"]
    before, after = (tree.parse(seen[when]["stdout"]) for when in ("before", "after"))
    assert says(after.find("os"), before.find("os"))
