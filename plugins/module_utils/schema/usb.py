# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers of USB, by which a device says what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.codec import Codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot

_VERSION = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})")
_ID = re.compile(r"0[xX][0-9a-fA-F]{1,4}")


@dataclass(frozen=True)
class _UsbId(Codec):
    """A class, a vendor or a product, as libvirt writes it: hexadecimal digits behind 0x."""

    digits: int

    def parse(self, value: Any) -> str:
        # YAML takes 0x1234 without quotes for a number, whose digits say something else.
        if not _ID.fullmatch(str(value)):
            raise ValueError(f"'{value}' is no number of USB: write it in quotes, as '0x1234'")
        return self._written(str(value))

    def read(self, spot: Spot) -> str | None:
        try:
            return self._written(spot.text or "")
        except ValueError:
            return spot.text

    def _written(self, text: str) -> str:
        return f"0x{int(text, 16):0{self.digits}x}"


class _UsbVersion(Codec):
    """A version, as libvirt writes it: 4.1 is 4.10, not 4.01."""

    def parse(self, value: Any) -> str:
        found = _VERSION.fullmatch(str(value))
        if not found:
            raise ValueError(
                f"{value!r} is no version of a USB device: write it in quotes, as '1.10'"
            )
        return f"{int(found[1])}.{found[2]:0<2}"

    def read(self, spot: Spot) -> str | None:
        try:
            return self.parse(spot.text)
        except ValueError:
            return spot.text


USB_CLASS = _UsbId(2)
USB_ID = _UsbId(4)
USB_VERSION = _UsbVersion()
