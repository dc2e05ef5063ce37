# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition of a vm that is made of another one: nothing in it may be there twice."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.define import move_to
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.clone.disks import Copies
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import mac_of
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.nvram import is_elsewhere
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items

# What is told of a vm of ours that was made of another one.
_MARK = f"{MARK}/@cloned"
# What of our metadata is about what a vm is, and not about what became of it.
_KEPT = ("labels", "restart-policy")
# What the node has once, by the place where a definition names it.
_TAKEN = {
    "devices/hostdev": "a device of the node",
    "devices/interface[@type='hostdev']": "a network card of the node",
    "devices/interface[@type='vdpa']": "a network card of the node",
    "devices/interface/source[@mode='passthrough']": "a network card of the node",
    "devices/memory/source/path": "memory that is a file of the node",
}


def cloned_from(seen: Seen) -> str | None:
    """The vm that a vm was made of."""
    spot = tree.find(tree.parse(seen.xml), _MARK)
    return spot.text if spot else None


def check(seen: Seen) -> Iterator[VmrtError]:
    """What a second vm could not have as well."""
    root = tree.parse(seen.xml)
    for place, what in _TAKEN.items():
        if root.find(place) is not None:
            yield VmrtError(
                f"'{seen.name}' has {what}, which two vms can not share",
                option="source",
                hint="Take it out of the vm first, and give it back after.",
            )


def define(seen: Seen, name: str, made: Copies, facts: NodeFacts) -> tuple[tree.Element, list[str]]:
    """The definition of a copy, without a seed, and what is to be told about it."""
    root = tree.parse(seen.xml)
    for target in made.left_out:
        disk = root.find(f"devices/disk/target[@dev='{target}']").getparent()
        disk.getparent().remove(disk)
    elsewhere = is_elsewhere(root)
    warnings = move_to(made.placed, root, name, None, facts)
    warnings += [*_freed(root), *_afresh(root, elsewhere)]
    for nic in items(VM["nics"], root):
        mac = mac_of(facts.node["hostname"], name, nic.values["name"])
        tree.ensure(nic.element, "mac/@address", VM["nics"].schema.order).put(mac)
    mark = tree.ensure(root, MARK, VM.order).element
    mark.attrib.clear()
    for child in list(mark):
        if tree.name(child).rpartition(":")[2] not in _KEPT:
            mark.remove(child)
    tree.ensure(root, _MARK, VM.order).put(seen.name)
    return root, warnings


def _freed(root: tree.Element) -> Iterator[str]:
    """Leave to libvirt what two running vms can not both have."""
    for one in root.findall("sysinfo/system/entry"):
        if one.get("name") in ("uuid", "serial"):
            one.getparent().remove(one)
    for one in root.findall("genid"):
        one.text = None
    for one in root.findall("devices/interface/virtualport/parameters"):
        one.attrib.pop("interfaceid", None)
    for one in root.findall("devices/interface[@type!='direct']/target"):
        one.attrib.pop("dev", None)
    for cid in root.findall("devices/vsock/cid"):
        cid.attrib.pop("address", None)
        cid.set("auto", "yes")
    for one in root.findall("devices/graphics"):
        if "websocket" in one.attrib:
            one.set("websocket", "-1")
        if one.get("autoport") == "no" or (one.get("port") or "-1") != "-1":
            one.set("autoport", "yes")
            for word in ("port", "tlsPort"):
                one.attrib.pop(word, None)
            yield f"the port of its console {one.get('type')} is chosen when it starts."
    for source in root.findall("devices/disk[@device='floppy']/source"):
        disk = source.getparent()
        if disk.find("readonly") is None:
            disk.remove(source)
            yield f"its drive {disk.find('target').get('dev')} is empty."


def _afresh(root: tree.Element, elsewhere: bool) -> Iterator[str]:
    """What the copy does not have of the source, and what it has in common with it."""
    if elsewhere:
        yield "what UEFI stored is not copied: it is in no file of the node."
    if root.find("devices/tpm/backend[@type='emulator']") is not None:
        yield "what the TPM stored is not copied."
    for source in root.findall("devices/*/source[@path]"):
        device = source.getparent()
        if device.tag in ("serial", "console", "parallel", "channel"):
            yield (
                f"its {device.tag} is at {source.get('path')}, as that of the source is: change "
                "it before both run."
            )
