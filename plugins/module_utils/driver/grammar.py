# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""libvirt's own grammar of definitions, where the node has it."""

from __future__ import annotations

import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree

# Debian, Fedora and SUSE keep it here.
_FOLDER = "/usr/share/libvirt/schemas"
_FILES = {
    "vm": "domain.rng",
    "network": "network.rng",
    "pool": "storagepool.rng",
    "secret": "secret.rng",
}


def complaints(kind: str, xml: str) -> list[str]:
    """What the grammar has against a definition; nothing where the node has no grammar."""
    path = os.path.join(_FOLDER, _FILES[kind])
    return tree.complaints(path, tree.parse(xml)) if os.path.exists(path) else []
