# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphical consoles of a vm."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot


class _Port(codec.Codec):
    """A TCP port; libvirt writes -1 for one that it picks itself."""

    def parse(self, value: Any) -> int:
        return int(codec.INT.parse(value))

    def read(self, spot: Spot) -> int | None:
        return None if spot.text == "-1" else codec.INT.read(spot)


def _tcp_port(value: int) -> None:
    if not 1 <= value <= 65535:
        raise ValueError(f"{value} is not a TCP port")


GRAPHICS = Schema(
    name="graphics",
    doc="A graphical console of a vm.",
    key="type",
    fields=(
        DEVICE_STATE,
        Field(
            "type",
            "Protocol of the console, of which a vm has at most one.",
            at="@type",
            choices=("vnc",),
            required=True,
            apply=Apply.RECREATE,
        ),
        Field(
            "port",
            "TCP port of the console on the node; needs O(graphics[].autoport=false).",
            type="int",
            at="@port",
            codec=_Port(),
            check=_tcp_port,
            apply=Apply.RESTART,
        ),
        Field(
            "autoport",
            "Whether libvirt picks a free port at each start.",
            type="bool",
            at="@autoport",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
            initial=True,
        ),
        Field(
            "listen",
            "Address of the node that the console listens on.",
            at="listen/@address",
            twins=("@listen",),
            check=names.address,
            apply=Apply.RESTART,
            initial="127.0.0.1",
        ),
    ),
    constant={"listen/@type": "address"},
)
