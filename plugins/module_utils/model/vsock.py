# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The socket between a vm and its node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    number,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

VSOCK = Schema(
    name="vsock",
    doc="A socket between the guest and the node (AF_VSOCK); the node needs its kernel module "
    "C(vhost_vsock).",
    hotplug=True,
    fields=(
        DEVICE_STATE,
        choice(
            "model",
            "Model of the device.",
            "@model",
            VIRTIO_MODELS,
            apply=Apply.REPLUG,
            initial="virtio",
        ),
        yes_no(
            "auto",
            "Whether libvirt picks a free number at each start.",
            "cid/@auto",
            apply=Apply.REPLUG,
        ),
        number(
            "cid",
            "Number of the guest, from 3, by which the node reaches it.",
            "cid/@address",
            apply=Apply.REPLUG,
            check=names.guest_cid,
        ),
        acpi_index_field(),
        *virtio_fields(),
        address_field(),
    ),
)
