# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our metadata of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import MARK, VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.write import write


def mark_with(status: Mapping[str, Any], root: tree.Element) -> tree.Element:
    """The metadata of a definition with other values of its status; the definition stays."""
    edited = tree.copy(root)
    write(VM, {"status": status}, edited)
    return tree.ensure(edited, MARK, VM.order).element
