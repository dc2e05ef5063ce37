# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a definition stays as it is: most runs change nothing, and then there is nothing to
write, which costs more than to compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.vm.removal import owned_volumes
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import items, match


def is_settled(
    wanted: Mapping[str, Any],
    root: tree.Element | None,
    owned: list[str],
    config: Mapping[str, Any],
) -> bool:
    """Would a wish that differs in no option also leave every element as it is? It would not where
    a device gets our alias, and where something is patched."""
    if root is None or wanted.get("xml_patches") or owned != owned_volumes(config):
        return False
    return not any(_adopts(name, values, root) for name, values in wanted.items())


def _adopts(name: str, values: Any, root: tree.Element) -> bool:
    """Does a device of a list get the name that it is wanted under?"""
    one = VM[name]
    if not (one.of and one.many and one.of.key):
        return False
    found = list(items(one, root))
    for device in values:
        twin = match(one.of, device, found)
        if twin and not twin.ours and twin.values.get(one.of.key) != device.get(one.of.key):
            return True
    return False
