# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume: what a disk of a vm is kept in, or an image that disks are overlays of."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

FORMATS = ("qcow2", "raw")

NAME = Field(
    "name",
    "Name of the volume in its pool, and of its file.",
    at="name",
    required=True,
    check=names.name,
    apply=Apply.RECREATE,
)
POOL = Field(
    "pool",
    "Pool that holds the volume.",
    check=names.name,
    default="default",
)
STATE = Field(
    "state",
    "Whether the volume is there. One that a vm or another volume needs is not removed.",
    choices=("present", "absent"),
    default="present",
)
ALLOCATION = Field(
    "allocation",
    "Room that the volume takes in the pool.",
    at="allocation",
    codec=codec.CAPACITY,
    owner=Owner.REPORTED,
    sample="1536MiB",
)
USED_BY = Field(
    "used_by",
    "Names of the vms that have the volume as a disk or below one.",
    type="list",
    elements="str",
    owner=Owner.REPORTED,
    sample=["web1"],
)

VOLUME = Schema(
    name="disk",
    doc="A volume that holds a disk.",
    tag="volume",
    fields=(
        NAME,
        POOL,
        Field(
            "size",
            "Capacity, as a number with the unit KiB, MiB, GiB or TiB. A larger one grows the "
            "volume, also under the running vm that uses it; a smaller one is refused.",
            at="capacity",
            codec=codec.CAPACITY,
            apply=Apply.LIVE,
            via="block_resize",
            initial_doc="the size of its image",
        ),
        ALLOCATION,
        Field(
            "path",
            "Path of the volume on the node.",
            at="target/path",
            owner=Owner.REPORTED,
            sample="/var/lib/libvirt/images/data.qcow2",
        ),
        Field(
            "format",
            "Format of the volume; an overlay of an image is always V(qcow2).",
            at="target/format/@type",
            choices=FORMATS,
            apply=Apply.RECREATE,
            initial="qcow2",
        ),
        Field(
            "image",
            "Volume that a new one is an overlay of, so that it begins with what that holds; the "
            "image stays as it is. An existing volume keeps the image that it was made from, "
            "whatever is said here.",
            check=names.name,
        ),
        Field(
            "image_pool",
            "Pool that holds the image; without it, that is O(pool).",
            check=names.name,
        ),
        STATE,
        USED_BY,
    ),
)
