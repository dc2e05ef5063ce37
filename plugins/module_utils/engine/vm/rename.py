# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that is known by its UUID gets another name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.actions import Action, Rename
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def find_vm(observer: Observer, given: Mapping[str, Any]) -> Seen | None:
    """The vm of the name, or else the one of the UUID; nothing is removed by its UUID alone."""
    seen = observer.look("vm", given["name"])
    if seen is None and given.get("uuid") and given["state"] != "absent":
        name = observer.vm_of_uuid(given["uuid"])
        return observer.look("vm", name) if name else None
    return seen


def plan_rename(given: Mapping[str, Any], seen: Seen | None) -> tuple[Seen | None, list[Action]]:
    """The vm as it is once it has its new name, and the step to it. Raises VmrtError."""
    if seen is None or seen.name == given["name"]:
        return seen, []
    if seen.active:
        raise VmrtError(
            f"the vm of this UUID is called '{seen.name}', and libvirt renames no running vm",
            option="name",
            hint="Shut it down first, or give the name that it has.",
        )
    root = tree.parse(seen.xml)
    root.find("name").text = given["name"]
    later = replace(seen, name=given["name"], xml=tree.render(root))
    return later, [Rename(seen.name, given["name"])]
