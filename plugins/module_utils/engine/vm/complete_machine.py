# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one option of a machine makes of others that were left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def own_firmware(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    """Has somebody picked the files of UEFI?"""
    boots = [values.get("boot") or {} for values in (config, wanted)]
    loader = {**(boots[0].get("loader") or {}), **(boots[1].get("loader") or {})}
    return loader.get("type") == "pflash"


def complete_machine(wanted: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    """The wish with what follows from it."""
    filled = dict(wanted)
    boot, known = filled.get("boot") or {}, config.get("boot") or {}
    if filled.get("smbios") and "smbios" not in {**known, **boot}:
        # Without it the guest sees nothing of what was said.
        filled["boot"] = {**boot, "smbios": "sysinfo"}
    if filled.get("clock") and "offset" not in {**(config.get("clock") or {}), **filled["clock"]}:
        seconds = filled["clock"].get("adjustment") not in (None, "reset")
        filled["clock"] = {"offset": "variable" if seconds else "utc", **filled["clock"]}
    if filled.get("firmware") == "efi" and own_firmware(wanted, config):
        # It is UEFI, and libvirt is not to pick the files.
        del filled["firmware"]
    return filled
