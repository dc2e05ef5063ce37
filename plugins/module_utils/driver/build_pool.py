# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Formatting what a pool lies on."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import libvirt
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import tree


def format_source(pool: Any, how: str) -> None:
    """Make the file system, the partition table, the volume group or the zpool. With
    ``no_overwrite``, what holds something already is taken as it is: when it is not what the pool
    needs, its start says so."""
    flags = {
        "overwrite": libvirt.VIR_STORAGE_POOL_BUILD_OVERWRITE,
        "no_overwrite": libvirt.VIR_STORAGE_POOL_BUILD_NO_OVERWRITE,
    }
    kind = tree.parse(pool.XMLDesc(0)).get("type")
    try:
        # zpool itself never overwrites, and libvirt gives it no flag.
        pool.build(0 if kind == "zfs" else flags[how])
    except libvirt.libvirtError as error:
        if how != "no_overwrite" or error.get_error_code() != libvirt.VIR_ERR_STORAGE_POOL_BUILT:
            raise
