# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The device that a guest sees a disk as."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count, switch
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

BUSES = ("virtio", "scsi", "sata", "usb", "ide", "fdc", "sd", "xen")


def target_fields(initial: str, *buses: str) -> tuple[Field, ...]:
    """Where the device is."""
    return (
        Field(
            "target",
            "Name of the device towards libvirt, such as vda; a guest may call it something else.",
            at="target/@dev",
            check=names.target,
            apply=Apply.RECREATE,
            owner=Owner.FILLED,
            initial_doc="the next free name of its bus",
        ),
        Field(
            "bus",
            "Kind of controller that the guest sees.",
            at="target/@bus",
            choices=buses,
            apply=Apply.RESTART,
            initial=initial,
        ),
    )


TRAY = Field(
    "tray",
    "Whether the tray of the drive is open.",
    at="target/@tray",
    choices=("open", "closed"),
    absent="closed",
    apply=Apply.RESTART,
)

GEOMETRY = Schema(
    name="geometry",
    doc="Cylinders, heads and sectors of a disk, for guests that are old enough to ask.",
    fields=(
        replace(count("cyls", "Number of cylinders.", "@cyls"), required=True),
        replace(count("heads", "Number of heads.", "@heads"), required=True),
        replace(count("secs", "Number of sectors on a track.", "@secs"), required=True),
        Field(
            "trans",
            "How the BIOS translates them.",
            at="@trans",
            choices=("auto", "none", "lba"),
            apply=Apply.RESTART,
        ),
    ),
)


def _text(name: str, doc: str, check: Callable[[str], None]) -> Field:
    return Field(name, doc, at=name, check=check, apply=Apply.RESTART)


# By what a guest knows the device.
IDENTITY_FIELDS = (
    _text(
        "serial",
        "Serial number that the guest sees, by which it finds the disk under C(/dev/disk/by-id).",
        names.serial,
    ),
    Field(
        "wwn",
        "World-wide name of the device, 16 hexadecimal digits.",
        at="wwn",
        codec=codec.LOWER,
        check=names.wwn,
        apply=Apply.RESTART,
    ),
    _text("vendor", "Maker of a SCSI device, at most 8 characters.", names.vendor),
    _text("product", "Product name of a SCSI device, at most 16 characters.", names.product),
)


# What only disks have.
HARDWARE_FIELDS = (
    switch(
        "removable",
        "Whether a USB disk says that it can be taken out.",
        "target/@removable",
    ),
    count(
        "rotation_rate",
        "Turns a minute that a SCSI, SATA or IDE disk says to make; 1 means that it has no "
        "turning parts.",
        "target/@rotation_rate",
    ),
    Field("geometry", GEOMETRY.doc, at="geometry", of=GEOMETRY, apply=Apply.RESTART),
    count(
        "logical_block_size",
        "Bytes of the smallest block that the guest can read and write.",
        "blockio/@logical_block_size",
    ),
    count(
        "physical_block_size",
        "Bytes of a block of the disk, to which the guest had better align its own.",
        "blockio/@physical_block_size",
    ),
)


# Who may change the disk, and for how long.
SHARING_FIELDS = (
    Field(
        "readonly",
        "Whether the guest can only read the disk.",
        type="bool",
        at="readonly",
        codec=codec.PRESENCE,
        apply=Apply.RESTART,
    ),
    Field(
        "shareable",
        "Whether several machines may use the disk at the same time. Each that runs has to say so; "
        "those that write to it need the format V(raw).",
        type="bool",
        at="shareable",
        codec=codec.PRESENCE,
        apply=Apply.RESTART,
    ),
    Field(
        "transient",
        "Whether everything that the guest writes is forgotten when the vm stops.",
        type="bool",
        at="transient",
        codec=codec.PRESENCE,
        apply=Apply.RESTART,
    ),
    Field(
        "share_backing",
        "Whether several machines may use a transient disk at the same time.",
        type="bool",
        at="transient/@shareBacking",
        codec=codec.YES_OR_NOTHING,
        only={"transient": (True,)},
        apply=Apply.RESTART,
    ),
)
