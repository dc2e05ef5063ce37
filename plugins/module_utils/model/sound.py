# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sound cards of a vm."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    number,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

_CODEC = Schema(
    name="codec",
    doc="What a sound card of the kind HDA is connected to.",
    fields=(
        choice(
            "type", "Direction of the sound.", "@type", ("duplex", "micro", "output"), required=True
        ),
    ),
)

SOUND = Schema(
    name="sound",
    doc="A sound card of a vm.",
    key="name",
    derive=named_by("model"),
    required_if=(("state", "present", ("model",)),),
    fields=(
        DEVICE_STATE,
        choice(
            "model",
            "Model of the card.",
            "@model",
            ("sb16", "es1370", "pcspk", "ac97", "ich6", "ich7", "ich9", "usb"),
        ),
        plain("codecs", _CODEC.doc, "codec", of=_CODEC, many=True),
        number(
            "audio",
            "Number of the one of O(audios) that plays the sound.",
            "audio/@id",
            check=limits.audio,
        ),
        name_field("card"),
        acpi_index_field(),
        address_field(),
    ),
)
