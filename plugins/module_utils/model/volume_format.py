# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the file of a volume is laid out."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_network import (
    secret_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

FORMATS = ("qcow2", "raw")

_NEW = "Only of a new volume."

ENCRYPTION = Schema(
    name="encryption",
    doc="Secret of libvirt, of the type C(volume), whose value is the passphrase of a volume that "
    "is encrypted with LUKS. A disk of a vm on the volume names it as well.",
    constant={"@format": "luks", "secret/@type": "passphrase"},
    required_one_of=(("secret_uuid", "secret_usage"),),
    mutually_exclusive=(("secret_uuid", "secret_usage"),),
    fields=(*secret_fields("secret"),),
)

FORMAT_FIELDS = (
    Field(
        "format",
        "Format of the volume; an overlay of an image is always V(qcow2).",
        at="target/format/@type",
        choices=FORMATS,
        apply=Apply.RECREATE,
        initial_doc="V(qcow2), or, as a copy, the format of what it is a copy of",
    ),
    Field(
        "compat",
        "Version of a V(qcow2) volume: V(1.1) is read by QEMU 1.1 and later, V(0.10) by older ones "
        "too, and is slower where it shrinks, discards or repairs.",
        at="target/compat",
        choices=("0.10", "1.1"),
        apply=Apply.RECREATE,
        initial_doc="V(1.1)",
    ),
    Field(
        "cluster_size",
        "Bytes that a V(qcow2) volume takes at a time, a power of two from 512 to 2MiB, as a "
        "number with the unit KiB or MiB.",
        at="target/clusterSize",
        codec=codec.CAPACITY,
        apply=Apply.RECREATE,
        initial_doc="64KiB",
    ),
    Field(
        "preallocation",
        f"What a volume takes of its pool before anything is written: nothing but what it needs, "
        f"its tables for the whole size (V(metadata), for V(qcow2)), or all of its size "
        f"(V(falloc)). {_NEW}",
        choices=("none", "metadata", "falloc"),
        initial_doc="V(none)",
    ),
    Field(
        "compressed",
        f"Whether what is copied into a V(qcow2) volume is compressed. What is written later is "
        f"not. {_NEW}",
        type="bool",
        codec=codec.RAW,
    ),
    Field(
        "encryption",
        ENCRYPTION.doc,
        at="target/encryption",
        of=ENCRYPTION,
        apply=Apply.RECREATE,
    ),
    Field(
        "encrypted",
        "Whether what the volume holds is encrypted.",
        type="bool",
        owner=Owner.REPORTED,
        sample=False,
    ),
)
