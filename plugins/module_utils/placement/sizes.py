# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sizes in sentences."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import units

_STEPS = (("TiB", units.GIB * 1024), ("GiB", units.GIB), ("MiB", units.MIB), ("KiB", units.KIB))


def about(size: int) -> str:
    """A size as a person says it, such as 3.5GiB, and never more than it is."""
    for unit, step in _STEPS:
        if size >= step:
            return f"{size * 10 // step / 10:g}{unit}"
    return f"{max(0, size)}B"
