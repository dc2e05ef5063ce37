# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a secret is called: libvirt gives it no name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.secret import SECRET
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.read import read


def secret_name(values: Mapping[str, Any]) -> str:
    """Its type and what it is for, as in ceph/client.libvirt, or its UUID where it is for
    nothing that libvirt knows."""
    if values.get("usage"):
        return f"{values['type']}/{values['usage']}"
    return str(values["uuid"])


def name_of(root: tree.Element) -> str:
    """The name of the secret with a definition."""
    return secret_name(read(SECRET, root))
