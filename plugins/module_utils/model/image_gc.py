# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which images are removed once nothing needs them."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import POOL
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)


def _count(value: int) -> None:
    if value < 0:
        raise ValueError(f"{value} is less than none")


REMOVED = Schema(
    name="removed",
    doc="An image that goes.",
    fields=(
        told("name", "Its name.", sample="debian-12-20260101.qcow2"),
        told(
            "arrived", "When it was brought, in seconds since 1970.", type="int", sample=1767225600
        ),
    ),
)
KEPT = Schema(
    name="kept",
    doc="An image that stays.",
    fields=(
        told("name", "Its name.", sample="debian-12-20260601.qcow2"),
        told("reason", "Why it stays.", sample="it is needed by the vm 'web1'"),
    ),
)

IMAGE_GC = Schema(
    name="image_gc",
    doc="Which images of a pool are removed.",
    required_one_of=(("keep_last", "older_than"),),
    fields=(
        POOL,
        Field(
            "names",
            "Patterns of names, such as V(debian-12-*), whose images are versions of one another; "
            "each is a group of its own. An image that none of them fits stays, and so does one "
            "that any of its groups keeps.",
            type="list",
            elements="str",
            codec=codec.RAW,
            default=["*"],
        ),
        Field(
            "keep_last",
            "How many images of each group stay in any case: those that were brought last.",
            type="int",
            codec=codec.RAW,
            check=_count,
        ),
        Field(
            "older_than",
            "Images that were brought less than so many days ago stay.",
            type="int",
            codec=codec.RAW,
            check=_count,
        ),
        Field(
            "removed",
            "The images that the run removed or, in check mode, would remove.",
            type="list",
            of=REMOVED,
            many=True,
            owner=Owner.REPORTED,
        ),
        Field(
            "kept",
            "The images of the groups that stay.",
            type="list",
            of=KEPT,
            many=True,
            owner=Owner.REPORTED,
        ),
        told(
            "leftovers",
            "Parts of loads that broke off more than a day ago, which go as well.",
            type="list",
            elements="str",
            sample=[".debian-12.qcow2.part"],
        ),
    ),
)
