# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of random numbers of a guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

RNG = Schema(
    name="rng",
    doc="A source of random numbers.",
    constant={"backend/@model": "random"},
    fields=(
        DEVICE_STATE,
        Field(
            "model",
            "Kind of device that the guest sees.",
            at="@model",
            choices=("virtio",),
            apply=Apply.RESTART,
            initial="virtio",
        ),
        Field(
            "device",
            "File of the node that the numbers come from.",
            at="backend",
            check=names.path,
            apply=Apply.RESTART,
            initial="/dev/urandom",
        ),
    ),
)
