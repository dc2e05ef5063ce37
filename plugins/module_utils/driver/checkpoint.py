# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a checkpoint."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.driver.binding import found, libvirt


def forget_checkpoint(domain: Any, name: str) -> None:
    """Have libvirt forget a checkpoint, also where it can not find what it kept for it."""
    checkpoint = found(domain.checkpointLookupByName, name)
    if checkpoint is None:
        return
    try:
        checkpoint.delete(0)
    except libvirt.libvirtError:
        checkpoint.delete(libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY)
