# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features of a machine that are on or off."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import Codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field


def there(name: str, doc: str, **more: Any) -> Field:
    """A feature that is on where its element is."""
    return Field(name, doc, type="bool", at=name, codec=codec.PRESENCE, apply=Apply.RESTART, **more)


def switch(name: str, doc: str) -> Field:
    """A feature that is said to be on or off."""
    place = name.replace("_", "-") if name not in _WITH_UNDERSCORE else name
    return Field(name, doc, type="bool", at=place, codec=codec.SWITCH, apply=Apply.RESTART)


def of_switch(name: str, doc: str, place: str, inner: Codec, **more: Any) -> Field:
    """Something said of what a switch turns on."""
    turned_on = {place.split("/")[0]: (True, None)}
    return Field(
        name,
        doc,
        at=place,
        codec=codec.OfSwitch(inner),
        only=turned_on,
        apply=Apply.RESTART,
        **more,
    )


def word(name: str, doc: str, place: str, *choices: str) -> Field:
    """A feature of which there are several kinds."""
    return Field(name, doc, at=place, choices=choices, apply=Apply.RESTART)


# All others are written with a hyphen.
_WITH_UNDERSCORE = ("vendor_id", "e820_host")
