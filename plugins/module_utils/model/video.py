# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Graphics cards of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    count,
    number,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain, yes_no
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

_ACCELERATION = Schema(
    name="acceleration",
    doc="What the card leaves to the node.",
    fields=(
        yes_no("accel3d", "Whether the guest can draw in 3D.", "@accel3d"),
        yes_no("accel2d", "Whether the guest can draw in 2D.", "@accel2d"),
        plain(
            "rendernode",
            "Device of the node that draws, such as C(/dev/dri/renderD128).",
            "@rendernode",
            check=names.path,
        ),
    ),
)
_RESOLUTION = Schema(
    name="resolution",
    doc="Resolution that the card begins with, in pixels.",
    fields=(
        plain("x", "Pixels of a line.", "@x", type="int", codec=codec.INT, required=True),
        plain("y", "Lines.", "@y", type="int", codec=codec.INT, required=True),
    ),
)


def _memory(name: str, what: str, place: str) -> Field:
    # libvirt makes a power of two of any other number.
    doc = f"{what}, in KiB: a power of two."
    return number(name, doc, place, check=limits.power_of_two)


VIDEO = Schema(
    name="video",
    doc="A graphics card of a vm.",
    key="name",
    derive=named_by("model"),
    required_if=(("state", "present", ("model",)),),
    fields=(
        DEVICE_STATE,
        choice(
            "driver",
            "What makes the picture: QEMU itself, or a process of its own.",
            "driver/@name",
            ("qemu", "vhostuser"),
        ),
        choice(
            "vgaconf",
            "Whether the card is a VGA card as well, on the hypervisor bhyve.",
            "driver/@vgaconf",
            ("io", "on", "off"),
        ),
        *virtio_fields(),
        choice(
            "model",
            "Model of the card; V(none) keeps libvirt from adding one.",
            "model/@type",
            (
                *("vga", "cirrus", "vmvga", "xen", "vbox", "qxl", "virtio", "gop", "none"),
                *("bochs", "ramfb"),
            ),
        ),
        _memory("ram", "Memory of the main area of a V(qxl) card", "model/@ram"),
        _memory("vgamem", "Frame buffer of a V(qxl) card", "model/@vgamem"),
        number("vram64", "Second memory of a V(qxl) card with 64 bits, in KiB.", "model/@vram64"),
        _memory("vram", "Memory of the card", "model/@vram"),
        count("heads", "Number of screens.", "model/@heads"),
        yes_no("primary", "Whether the card is the first of the machine.", "model/@primary"),
        plain("acceleration", _ACCELERATION.doc, "model/acceleration", of=_ACCELERATION),
        plain("resolution", _RESOLUTION.doc, "model/resolution", of=_RESOLUTION),
        name_field("card"),
        acpi_index_field(),
        address_field(),
    ),
)
