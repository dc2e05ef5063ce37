# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serial ports of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

SERIAL = Schema(
    name="serial",
    doc="A serial port of a vm.",
    key="name",
    derive=named_by("type", "port"),
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "What the port is connected to on the node; a V(pty) is what a console opens.",
            at="@type",
            choices=("pty",),
            apply=Apply.RESTART,
            initial="pty",
        ),
        Field(
            "log",
            "Absolute path of a file on the node that gets all that the guest prints.",
            at="log/@file",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "port",
            "Number of the port.",
            type="int",
            at="target/@port",
            codec=codec.INT,
            apply=Apply.RECREATE,
            initial_doc="the next free number",
        ),
        name_field("port"),
    ),
)
