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
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.create import usable_pool
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound, VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.merge import merge
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.values import normalise


def of_template(
    given: Mapping[str, Any], config: Mapping[str, Any], facts: NodeFacts
) -> Mapping[str, Any]:
    """The wish for a new vm, and where it says nothing, what its template does. Of a vm that is
    there, ``config`` are the values: what a run that failed has not made of it is left, and its
    devices are not unmanaged."""
    left = _not_made(config, facts)
    if config and not left and not given.get("remove_unmanaged"):
        return given
    below = _declared(_known(given["template"], given.get("template_pool", "default"), facts))
    if config:
        disks = [disk for disk in below.get("disks", ()) if disk["name"] in left]
        return merge(VM, merge(VM, _named(below, given, config), {"disks": disks}), given)
    # What a vm can have at most follows from what it is to have.
    for option in ("memory", "vcpus"):
        if option in given:
            below.pop(f"max_{option}", None)
    return merge(VM, below, given)


def _named(
    below: Mapping[str, Any], given: Mapping[str, Any], config: Mapping[str, Any]
) -> dict[str, Any]:
    """The names of the devices that a vm has of its template, in lists that are to hold no others
    than those that are named."""
    named = {}
    for option in given.get("remove_unmanaged") or ():
        key = VM[option].schema.ident
        has = {item.get(key) for item in config.get(option, ())}
        named[option] = [{key: one[key]} for one in below.get(option, ()) if one[key] in has]
    return named


def _not_made(config: Mapping[str, Any], facts: NodeFacts) -> set[str]:
    """The disks of a vm whose volumes a run was to make, and which are not there."""
    missing = set()
    for one in owned_volumes(config):
        pool, _slash, name = one.partition("/")
        owner = facts.pool(pool)
        if owner and owner.active and facts.volume(pool, name) is None:
            missing.add(f"{owner.target}/{name}")
    return {disk["name"] for disk in config.get("disks", ()) if disk.get("path") in missing}


def _declared(template: Template) -> dict[str, Any]:
    """What a vm of a template is declared with."""
    images = {disk.image for disk in template.disks}
    try:
        disks = [
            {**disk, "image_pool": template.pool} if disk.get("image") in images else disk
            for disk in template.vm.get("disks", ())
        ]
        return normalise(VM, {**template.vm, "disks": disks})
    except (VmrtError, TypeError, AttributeError) as error:
        raise _broken(template, str(error)) from error


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
