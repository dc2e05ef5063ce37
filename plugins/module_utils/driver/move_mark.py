# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The mark of a vm that is being moved: what was made for it at the destination. Whichever node
dies in the middle, the next run knows what it may remove there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.mark import set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.migrate.left import MOVER
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.mark import mark_with
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read


def marked(domain: Any) -> list[str]:
    """The volumes, as UUID of their node, pool and name."""
    status = read(VM, _definition(domain)).get("status") or {}
    return list(status.get("moving") or ())


def mark(domain: Any, volumes: Sequence[str]) -> None:
    """Mark it with these alone."""
    if marked(domain) == list(volumes):
        return
    place = libvirt.VIR_DOMAIN_AFFECT_LIVE
    if domain.isPersistent():
        # With the definition that is kept it outlives the node's power.
        place = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    element = mark_with({"moving": list(volumes)}, _definition(domain))
    element.attrib.pop(MOVER, None)
    if volumes:
        element.set(MOVER, str(os.getpid()))
    set_mark(domain, element, place)


def _definition(domain: Any) -> tree.Element:
    flags = libvirt.VIR_DOMAIN_XML_SECURE
    if domain.isPersistent():
        flags |= libvirt.VIR_DOMAIN_XML_INACTIVE
    return tree.parse(domain.XMLDesc(flags))
