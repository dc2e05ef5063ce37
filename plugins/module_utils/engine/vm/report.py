# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm as values: the same shape in which it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts, Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.power import is_up, phase
from ansible_collections.vmrt.libvirt.plugins.module_utils.hypervisors import registry
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read

SOURCES = ("lease", "agent")


def report_vm(observer: Observer, name: str, sources: tuple[str, ...] = SOURCES) -> dict[str, Any]:
    """Values of the schema VM for one vm; one that is not there is absent."""
    seen = observer.look("vm", name)
    if seen is None:
        return {"name": name, "state": "absent"}
    return report_seen(observer, seen, sources, NodeFacts(observer))


def report_seen(
    observer: Observer, seen: Seen, sources: tuple[str, ...], facts: NodeFacts
) -> dict[str, Any]:
    """The same for a vm that was looked at; ``facts`` may be shared with others."""
    addresses = observer.addresses(seen.name, sources) if seen.active else []
    values = declared(tree.parse(seen.xml), observer.driver(), facts)
    return {
        **values,
        "autostart": seen.autostart,
        "state": state_of(seen.state),
        "status": {
            **(values.get("status") or {}),
            "phase": phase(seen.state),
            "saved": seen.saved,
            "addresses": addresses,
        },
    }


def declared(root: tree.Element, driver: str, facts: NodeFacts) -> dict[str, Any]:
    """What a definition says, so that the same vm can be made of it elsewhere."""
    values = read(VM, root)
    # libvirt writes the first serial port once more, as a console.
    own = [one for one in values.get("consoles", ()) if one.get("target_type") != "serial"]
    values["consoles"] = own if values.get("serials") else values.get("consoles", [])
    values["disks"] = [_disk(disk, facts) for disk in values.get("disks", ())]
    # It is all there is.
    return {
        **values,
        "hypervisor": registry.of(values["hypervisor"], driver).name,
        "fill_in": False,
    }


def state_of(state: str) -> str:
    """The state that is declared, for libvirt's word."""
    if state in ("paused", "pmsuspended"):
        return "paused"
    return "running" if is_up(state) else "stopped"


def _disk(disk: Mapping[str, Any], facts: NodeFacts) -> dict[str, Any]:
    """A disk, with its volume in place of its path where a pool holds it."""
    volume = facts.volume_at(disk["path"]) if disk.get("path") else None
    if volume is None:
        return dict(disk)
    values = {name: value for name, value in disk.items() if name != "path"}
    values.update(pool=volume.pool, volume=volume.name, size=volume.capacity)
    image = facts.volume_at(volume.backing) if volume.backing else None
    if image is not None:
        values.update(image=image.name, image_pool=image.pool)
    return values
