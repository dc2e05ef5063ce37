# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What vms of a template are declared with: all that their source is, and nothing that it is
alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.backup.place import Placed
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.complete import SEED
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.report import declared
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import declaration

_OWN = ("name", "uuid", "status", "fill_in")
# What a disk is made of, and what follows from that.
_MADE_OF = ("type", "path", "volume", "backing")


def declare(root: tree.Element, placed: list[Placed], facts: NodeFacts) -> dict[str, Any]:
    """The declaration for a definition whose disks are images now."""
    values = declared(root, facts.node["driver"], facts)
    images = {one.disk.target: one for one in placed}
    values["disks"] = [_disk(disk, images) for disk in values["disks"]]
    values["nics"] = [_without(nic, ("mac",)) for nic in values.get("nics", ())]
    values["cdroms"] = [one for one in values.get("cdroms", ()) if one["name"] != SEED]
    return declaration(VM, _without(values, _OWN))


def _disk(disk: Mapping[str, Any], images: Mapping[str, Placed]) -> dict[str, Any]:
    """A disk of a new vm is an overlay, in the pool that the disk of the source is in."""
    one = images.get(disk["target"])
    if one is None:
        return dict(disk)
    pool = (one.disk.volume or "").partition("/")[0]
    made = {"pool": pool, "image": one.volume, "size": one.disk.capacity, "format": "qcow2"}
    return {**_without(disk, _MADE_OF), **made}


def _without(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}
