# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices by which a guest tells that it crashed."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

PANIC = Schema(
    name="panic",
    doc="A device by which a guest tells that it crashed.",
    key="name",
    derive=named_by("model"),
    fields=(
        DEVICE_STATE,
        choice(
            "model",
            "Model of the device.",
            "@model",
            ("isa", "pseries", "hyperv", "s390"),
            initial_doc="the one that fits the machine",
        ),
        name_field("device"),
        address_field(),
    ),
)
