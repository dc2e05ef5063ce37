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


USB_CLASS = _UsbId(2)
USB_ID = _UsbId(4)
