# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wanted of a fleet: its things, each read by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.fleet.part import Part
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.image import IMAGE_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.network.resource import (
    NETWORK_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.pool.resource import POOL_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.resource import Resource
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.secret.resource import (
    SECRET_RESOURCE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.resource import VM_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume.plan import VOLUME_RESOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.accept import accept
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

VMS = "vms"
# The order in which things are made: each may need those before it.
KINDS: Mapping[str, Resource] = {
    "secrets": SECRET_RESOURCE,
    "pools": POOL_RESOURCE,
    "networks": NETWORK_RESOURCE,
    "images": IMAGE_RESOURCE,
    "disks": VOLUME_RESOURCE,
    VMS: VM_RESOURCE,
}


def parts_of(wish: Mapping[str, Any]) -> list[Part]:
    """The things of a wish in their order; one that is not well declared has its error."""
    parts = []
    for kind, resource in KINDS.items():
        some = [
            _part(kind, resource, number, given)
            for number, given in enumerate(wish.get(kind) or ())
        ]
        named = Counter(part.name for part in some)
        for part in some:
            if named[part.name] > 1:
                part.error = VmrtError(
                    "is declared twice", option=part.path, hint="Leave one of them out."
                )
        parts += some
    return parts


def _part(kind: str, resource: Resource, number: int, given: Any) -> Part:
    part = Part(kind, _name(given) or str(number), resource)
    try:
        part.given = accept(resource.schema, given, f"{part.path}.")
    except VmrtError as error:
        part.error = error
    if part.given:
        part.name = resource.called(part.given)
    return part


def _name(given: Any) -> str:
    return str(given.get("name") or "") if isinstance(given, Mapping) else ""
