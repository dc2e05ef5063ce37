# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The IOMMU of a guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _switch(name: str, doc: str) -> Field:
    return Field(
        name, doc, type="bool", at=f"driver/@{name}", codec=codec.ON_OFF, apply=Apply.RESTART
    )


IOMMU = Schema(
    name="iommu",
    doc="The IOMMU that the guest sees, which keeps devices to the memory that they are given.",
    fields=(
        DEVICE_STATE,
        Field(
            "model",
            "Kind of IOMMU: V(intel) of machines with PCI Express, V(smmuv3) of ARM, or V(virtio).",
            at="@model",
            choices=("intel", "smmuv3", "virtio"),
            initial="intel",
            apply=Apply.RESTART,
        ),
        _switch("intremap", "Whether interrupts are remapped; needs a split interrupt controller."),
        _switch("caching_mode", "Whether devices of the node can be given to the guest behind it."),
        _switch("eim", "Whether interrupts reach CPUs with numbers above 255."),
        _switch("iotlb", "Whether devices may keep translations in a cache of their own."),
        Field(
            "aw_bits",
            "Width of its addresses, in bits.",
            type="int",
            at="driver/@aw_bits",
            codec=codec.INT,
            check=names.byte,
            apply=Apply.RESTART,
        ),
        address_field(),
    ),
)
