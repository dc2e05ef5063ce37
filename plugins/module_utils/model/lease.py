# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases that keep two nodes from running the same vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import DEVICE_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import number
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

LEASE = Schema(
    name="lease",
    doc="A lease of the lock manager, which keeps two nodes from using the same thing.",
    key="key",
    hotplug=True,
    fields=(
        DEVICE_STATE,
        plain("lockspace", "Lockspace that the lease is in.", "lockspace"),
        plain("key", "Name of the lease.", "key", required=True, apply=Apply.RECREATE),
        plain("path", "File of the lease on the node.", "target/@path"),
        number("offset", "Place of the lease in its file, in bytes.", "target/@offset"),
    ),
)
