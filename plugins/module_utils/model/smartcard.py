# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Smart cards of a vm."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema


def _same_list(wanted: Any, found: Any) -> bool:
    return list(wanted) == list(found or [])


_OF_FILES = {"card": ("host-certificates",)}
SMARTCARD = Schema(
    name="smartcard",
    doc="The smart card of a vm.",
    fields=(
        DEVICE_STATE,
        choice(
            "card",
            "Where the card is: in the node (V(host)), in files (V(host-certificates)), or at "
            "whoever is connected (V(passthrough)).",
            "@mode",
            ("host", "host-certificates", "passthrough"),
            initial="passthrough",
        ),
        plain(
            "certificates",
            "Names of the three certificates, for V(host-certificates).",
            "certificate",
            type="list",
            elements="str",
            same=_same_list,
            only=_OF_FILES,
        ),
        plain(
            "database",
            "Folder of the certificates' database, for V(host-certificates).",
            "database",
            check=names.path,
            only=_OF_FILES,
        ),
        *chardev(labelled=False),
        address_field(),
    ),
)
