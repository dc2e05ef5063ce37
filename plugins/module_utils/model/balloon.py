# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The balloon, through which a guest gives memory back."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import address_field
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import virtio_fields
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

BALLOON = Schema(
    name="balloon",
    doc="The balloon, through which a running guest gives memory back and gets it again. A vm "
    "without it is one whose balloon has the model V(none).",
    fields=(
        Field(
            "model",
            "Kind of device that the guest sees.",
            at="@model",
            choices=("virtio", "virtio-transitional", "virtio-non-transitional", "xen", "none"),
            apply=Apply.RESTART,
            initial_doc="V(virtio)",
        ),
        Field(
            "auto_deflate",
            "Whether the guest gets memory back when it would have to end a program for the want "
            "of it.",
            type="bool",
            at="@autodeflate",
            codec=codec.ON_OFF,
            apply=Apply.RESTART,
        ),
        Field(
            "free_page_reporting",
            "Whether the guest tells which pages it does not use, so that the node can use them.",
            type="bool",
            at="@freePageReporting",
            codec=codec.ON_OFF,
            apply=Apply.RESTART,
        ),
        Field(
            "statistics_period",
            "Seconds between two reports of the guest about its memory; V(0) ends them.",
            type="int",
            at="stats/@period",
            codec=codec.COUNT,
            check=names.not_negative,
            apply=Apply.LIVE,
            via="balloon:period",
        ),
        *virtio_fields(),
        address_field(),
    ),
)
