# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tunables of a running vm in memory: each is written where the option that names it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def tune(live: tree.Element, call: str, target: str | None, settings: Mapping[str, Any]) -> None:
    """Set tunables of a running vm, or of its disk ``target``."""
    vias = {f"{call}:{name}": value for name, value in settings.items()}
    if target is None:
        write(VM, _values(VM, vias), live)
        return
    for name in ("disks", "nics"):
        for item in items(VM[name], live):
            if item.values.get("target") == target:
                write(VM[name].schema, _values(VM[name].schema, vias), item.element)
                return
    raise VmrtError(f"libvirt says: invalid path: {target}")


def _values(schema: Schema, vias: Mapping[str, Any]) -> dict[str, Any]:
    """The values as a wish has them, at whatever depth."""
    found: dict[str, Any] = {}
    for one in schema.fields:
        if one.via and one.via in vias:
            found[one.name] = vias[one.via]
        elif one.of and not one.many:
            inner = _values(one.of, vias)
            if inner:
                found[one.name] = inner
    return found
