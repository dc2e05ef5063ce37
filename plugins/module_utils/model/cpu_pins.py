# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which CPUs of its node each part of a vm runs on."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import ITEM_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _cpus(at: str, via: str, name: str = "cpus") -> Field:
    return Field(
        name,
        "CPUs of the node, such as V(0-3,^2).",
        at=at,
        codec=codec.CPUS,
        apply=Apply.LIVE,
        via=via,
        required=name == "cpus",
    )


def _pin(what: str, doc: str) -> Schema:
    return Schema(
        name=f"{what}_pin",
        doc=doc,
        key=what,
        fields=(
            ITEM_STATE,
            Field(
                what,
                "Its number.",
                type="int",
                at=f"@{what}",
                codec=codec.INT,
                check=names.not_negative,
                required=True,
                apply=Apply.RESTART,
            ),
            _cpus("@cpuset", f"{what}_pin:cpus"),
        ),
    )


def _pins(what: str, doc: str, at: str) -> Field:
    return Field(
        f"{what}_pins",
        f"{doc} A new place counts at once; a pin that goes away does so at the next start.",
        at=at,
        of=_pin(what, doc),
        many=True,
        apply=Apply.LIVE,
        via=f"{what}_pin:cpus",
    )


CPU_PINS = (
    _pins("vcpu", "Where a CPU of the guest runs.", "vcpupin"),
    Field(
        "emulator_pin",
        "CPUs of the node that the emulator itself runs on, such as V(0-3,^2).",
        at="emulatorpin/@cpuset",
        codec=codec.CPUS,
        apply=Apply.LIVE,
        via="emulator_pin:cpus",
    ),
    _pins("iothread", "Where a thread that serves disks runs.", "iothreadpin"),
)
