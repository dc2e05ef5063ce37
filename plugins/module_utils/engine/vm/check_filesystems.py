# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a file system of a vm can not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match

_NEEDS = {"mount": ("path", "socket"), "template": ("template",), "ram": ("size",)}
_9P = ("wrpolicy", "format")
_VIRTIOFS = ("queue", "binary", "socket")


def check_filesystems(wanted: Mapping[str, Any], root: tree.Element | None) -> Iterator[VmrtError]:
    """Complaints; ``root`` is the definition of an existing vm."""
    field = VM["filesystems"]
    found = list(items(field, root)) if root is not None else []
    for one in wanted.get("filesystems", ()):
        if one.get("state") == "absent":
            continue
        item = match(field.schema, one, found)
        values = {**(item.values if item else {}), **one}
        label = f"filesystems[{one['name']}]"
        driver = values.get("driver")
        needs = _NEEDS.get(values.get("type", "mount"), ("path",))
        if not any(option in values for option in needs):
            yield VmrtError(f"needs a {needs[0]}", option=f"{label}.{needs[0]}")
        yield from _others(label, one, driver)
        if "boot_loadparm" in values and "boot_order" not in values:
            yield VmrtError("needs a boot_order", option=f"{label}.boot_loadparm")


def _others(label: str, one: Mapping[str, Any], driver: str | None) -> Iterator[VmrtError]:
    if driver != "virtiofs":
        for option in _VIRTIOFS:
            if one.get(option):
                yield VmrtError("only virtiofs has it", option=f"{label}.{option}")
    else:
        for option in _9P:
            if option in one:
                yield VmrtError("virtiofs has no such thing", option=f"{label}.{option}")
        if one.get("type", "mount") != "mount":
            yield VmrtError("virtiofs serves folders alone", option=f"{label}.type")
