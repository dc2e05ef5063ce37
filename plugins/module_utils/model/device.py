# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all devices of a vm have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import ADDRESS, Stands
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Owner

DEVICE_STATE = Field(
    "state",
    "Whether the device is there.",
    choices=("present", "absent"),
    default="present",
)
# The same of what stands in a list and is no device.
ITEM_STATE = Field(
    "state",
    "Whether the item is there.",
    choices=("present", "absent"),
    default="present",
)


def name_field(what: str) -> Field:
    """The stable name of a device."""
    return Field(
        "name",
        f"Name of the {what}, by which it is known in every later run whatever its position.",
        at="alias/@name",
        codec=codec.ALIAS,
        required=True,
        check=names.device,
        apply=Apply.RECREATE,
    )


def address_field(*kinds: str) -> Field:
    """Where a device stands on the buses of the machine; ``kinds`` are the types of addresses that
    it can have, where libvirt puts it elsewhere without a word."""
    return Field(
        "address",
        "Place of the device in the machine: on the PCI bus as C(0000:03:00.0), on another as its "
        "type and its parts, such as C(drive controller=0 bus=0 target=0 unit=1).",
        at="address",
        codec=ADDRESS,
        check=Stands(kinds) if kinds else None,
        owner=Owner.FILLED,
        apply=Apply.RESTART,
        initial_doc="the next free place",
    )


def named_by(*parts: str) -> Callable[[Mapping[str, Any]], str]:
    """Names a device that was not made here after its options."""

    def derive(values: Mapping[str, Any]) -> str:
        words = [str(values[part]) for part in parts if values.get(part) is not None]
        return "-".join(words) or parts[0]

    return derive
