# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the file of a volume is laid out."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

FORMATS = ("qcow2", "raw")

_NEW = "Only of a new volume."

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
    ),
)
