# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the NVRAM of a vm stands."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

NVRAM = Schema(
    name="nvram",
    doc="The device with the NVRAM of a machine of the kind pseries.",
    fields=(
        DEVICE_STATE,
        address_field(),
    ),
)
