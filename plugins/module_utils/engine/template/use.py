# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new vm that is made of a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import NodeFacts
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.template.catalogue import (
    Template,
    find,
    templates,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.merge import merge
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise


def of_template(given: Mapping[str, Any], facts: NodeFacts) -> dict[str, Any]:
    """The wish, and where it says nothing, what its template does."""
    template = _known(given["template"], given.get("template_pool", "default"), facts)
    images = {disk.image for disk in template.disks}
    disks = [
        {**disk, "image_pool": template.pool} if disk.get("image") in images else disk
        for disk in template.vm.get("disks", ())
    ]
    try:
        below = normalise(VM, {**template.vm, "disks": disks})
    except VmrtError as error:
        raise _broken(template, str(error)) from error
    # What a vm can have at most follows from what it is to have.
    for option in ("memory", "vcpus"):
        if option in given:
            below.pop(f"max_{option}", None)
    return merge(VM, below, given)


def _known(name: str, pool: str, facts: NodeFacts) -> Template:
    usable_pool(pool, "template_pool", facts)
    found = find(name, pool, facts)
    if found is None:
        there = ", ".join(one.name for one in templates(facts.volumes(pool), facts)) or "none"
        raise NotFound(
            f"there is no template '{name}' in the pool '{pool}'",
            option="template",
            hint=f"It has: {there}. Make one with vmrt.libvirt.vm_template.",
        )
    if found.problems:
        raise _broken(found, "; ".join(found.problems))
    return found


def _broken(template: Template, why: str) -> VmrtError:
    return VmrtError(
        f"the template '{template.name}' can not be used: {why}",
        option="template",
        hint="Remove it with vmrt.libvirt.vm_template and state=absent, and make it anew.",
    )
