# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Things that have to be there already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.facts import Observer
from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.plan import Seen
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import NotFound


def known_vm(observer: Observer, name: str, option: str = "name") -> Seen:
    """A vm that is there; else the error says which are."""
    return known("vm", observer, name, option)


def known(kind: str, observer: Observer, name: str, option: str = "name") -> Seen:
    """A vm, network or pool that is there; else the error says which are."""
    seen = observer.look(kind, name)
    if seen is None:
        raise NotFound(
            f"there is no {kind} '{name}'",
            option=option,
            hint=f"The node has: {', '.join(observer.names(kind)) or 'none'}.",
        )
    return seen


def look_at_vm(observer: Observer, given: Mapping[str, Any]) -> Seen | None:
    """The vm of something that it has, which outlives it."""
    if given["state"] == "absent":
        return observer.look("vm", given["vm"])
    return known_vm(observer, given["vm"], "vm")
