# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume: what a disk of a vm is kept in, or an image that disks are overlays of."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.attachment import ATTACHMENT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume_format import (
    FORMAT_FIELDS,
    FORMATS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume_origin import (
    ORIGIN_FIELDS,
    ORIGINS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

__all__ = ["ALLOCATION", "FORMATS", "NAME", "POOL", "STATE", "USED_BY", "VOLUME", "VOLUME_INFO"]

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
    mutually_exclusive=(
        ORIGINS,
        ("attach", "move_from", "commit_from"),
        ("commit_from", "flat"),
        ("commit_from", "rebase"),
    ),
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
        *FORMAT_FIELDS,
        *ORIGIN_FIELDS,
        STATE,
        Field(
            "wipe",
            "Whether all that the file of the volume holds is overwritten with zeros before it is "
            "removed. What file systems and disks keep of it elsewhere is not reached.",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
        Field(
            "attach",
            ATTACHMENT.doc,
            type="list",
            of=ATTACHMENT,
            many=True,
            apply=Apply.LIVE,
        ),
        Field(
            "chain",
            "Paths of what the volume rests on, the nearest first.",
            type="list",
            elements="str",
            owner=Owner.REPORTED,
            sample=["/var/lib/libvirt/images/debian-12.qcow2"],
        ),
        Field(
            "overlays",
            "Volumes of active pools that rest on this one, each as pool and name.",
            type="list",
            elements="str",
            owner=Owner.REPORTED,
            sample=["default/web1-root.qcow2"],
        ),
        USED_BY,
        Field(
            "attach_count",
            "How many running vms have the volume as a disk.",
            type="int",
            owner=Owner.REPORTED,
            sample=1,
        ),
    ),
)

VOLUME_INFO = Schema(
    name="disk_info",
    doc="Which volumes to read.",
    fields=(
        Field(
            "name",
            "Name of a volume; without it, all are read.",
            check=names.name,
        ),
        Field(
            "pool",
            "Pool to read; without it, all active ones are.",
            check=names.name,
        ),
        Field(
            "disks",
            "The volumes, in the order of their pools and names.",
            type="list",
            of=VOLUME,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
