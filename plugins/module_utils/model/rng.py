# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of random numbers of a guest."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.chardev import chardev
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    count,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

RATE = Schema(
    name="rate",
    doc="How many numbers the guest may take.",
    fields=(
        plain(
            "bytes",
            "Bytes of a period.",
            "@bytes",
            type="int",
            codec=codec.INT,
            required=True,
            apply=Apply.REPLUG,
            check=names.positive,
        ),
        count("period", "Length of the period, in milliseconds.", "@period", Apply.REPLUG),
    ),
)
_EGD = Schema(
    name="egd",
    doc="The entropy gathering daemon that the numbers come from, for the backend V(egd).",
    fields=chardev(labelled=False),
)

RNG = Schema(
    name="rng",
    doc="A source of random numbers.",
    hotplug=True,
    fields=(
        DEVICE_STATE,
        choice(
            "model",
            "Kind of device that the guest sees.",
            "@model",
            VIRTIO_MODELS,
            apply=Apply.REPLUG,
            initial="virtio",
        ),
        *virtio_fields(),
        plain("rate", RATE.doc, "rate", of=RATE, apply=Apply.REPLUG),
        choice(
            "backend",
            "Where the numbers come from: a file of the node (V(random)), QEMU itself "
            "(V(builtin)) or a daemon (V(egd)).",
            "backend/@model",
            ("random", "builtin", "egd"),
            apply=Apply.REPLUG,
            initial="random",
        ),
        plain(
            "device",
            "File of the node that the numbers come from, for V(random).",
            {"random": "backend"},
            by="backend",
            check=names.path,
            apply=Apply.REPLUG,
            initial="/dev/urandom",
        ),
        plain("egd", _EGD.doc, {"egd": "backend"}, by="backend", of=_EGD, apply=Apply.REPLUG),
        acpi_index_field(),
        address_field(),
    ),
)
