# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks and cdroms of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)


def _named_by_target(values: Mapping[str, Any]) -> str:
    return str(values.get("target"))


_PATHS = {"file": "source/@file", "block": "source/@dev"}

_TYPE = Field(
    "type",
    "How libvirt reaches the source of the disk, found from the path.",
    at="@type",
    owner=Owner.FILLED,
    apply=Apply.RESTART,
    sample="file",
)
_TARGET = Field(
    "target",
    "Name of the device towards libvirt, such as vda; a guest may call it something else.",
    at="target/@dev",
    check=names.target,
    apply=Apply.RECREATE,
    owner=Owner.FILLED,
    initial_doc="the next free name of its bus",
)

DISK = Schema(
    name="disk",
    doc="A disk of a vm: a volume of a pool, or a file or block device of the node.",
    key="name",
    match={"@device": "disk"},
    adopt=("target",),
    derive=_named_by_target,
    hotplug=True,
    mutually_exclusive=(("path", "volume"), ("path", "pool"), ("path", "image"), ("path", "size")),
    fields=(
        _TYPE,
        DEVICE_STATE,
        Field(
            "format",
            "Format of the disk's data.",
            at="driver/@type",
            choices=("qcow2", "raw"),
            apply=Apply.RECREATE,
            initial="qcow2",
        ),
        Field(
            "cache",
            "How the node caches the disk.",
            at="driver/@cache",
            choices=("default", "none", "writethrough", "writeback", "directsync", "unsafe"),
            apply=Apply.RESTART,
        ),
        Field(
            "discard",
            "Whether the guest's discard requests free space in the pool.",
            at="driver/@discard",
            choices=("ignore", "unmap"),
            apply=Apply.RESTART,
            initial="unmap",
        ),
        Field(
            "path",
            "Absolute path of a file or a block device on the node, which has to exist; "
            "what it holds is never created, grown or deleted.",
            at=_PATHS,
            by="type",
            apply=Apply.RESTART,
            check=names.path,
        ),
        Field(
            "pool",
            "Pool that holds the volume.",
            apply=Apply.RESTART,
            check=names.name,
            initial="default",
        ),
        Field(
            "volume",
            "Name of the volume in the pool; it is created when it is missing.",
            apply=Apply.RESTART,
            check=names.name,
            initial_doc="the names of the vm and the disk, such as C(web1-root.qcow2)",
        ),
        Field(
            "size",
            "Capacity of the volume, as a number with the unit KiB, MiB, GiB or TiB. A larger one "
            "grows the volume, also under a running guest; a smaller one is refused.",
            codec=codec.CAPACITY,
            apply=Apply.LIVE,
            via="block_resize",
            initial_doc="the size of its image",
        ),
        Field(
            "image",
            "Volume that a new disk is an overlay of; it stays as it is. "
            "An existing disk keeps the image it was made from.",
            apply=Apply.RECREATE,
            check=names.name,
        ),
        Field(
            "image_pool",
            "Pool that holds the image.",
            apply=Apply.RECREATE,
            check=names.name,
            initial_doc="the pool of the disk",
        ),
        _TARGET,
        Field(
            "bus",
            "Kind of controller that the guest sees.",
            at="target/@bus",
            choices=("virtio", "scsi", "sata", "usb", "ide"),
            apply=Apply.RESTART,
            initial="virtio",
        ),
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
            "Whether several machines may use the disk at the same time.",
            type="bool",
            at="shareable",
            codec=codec.PRESENCE,
            apply=Apply.RESTART,
        ),
        Field(
            "serial",
            "Serial number that the guest sees, by which it finds the disk under "
            "C(/dev/disk/by-id).",
            at="serial",
            check=names.serial,
            apply=Apply.RESTART,
        ),
        Field(
            "boot_order",
            "Place of the disk among the devices that the firmware tries to boot from, from 1.",
            type="int",
            at="boot/@order",
            codec=codec.INT,
            apply=Apply.RESTART,
        ),
        name_field("disk"),
    ),
)

CDROM = Schema(
    name="cdrom",
    doc="A CD drive of a vm, with or without a medium.",
    key="name",
    match={"@device": "cdrom"},
    adopt=("target",),
    derive=_named_by_target,
    fields=(
        _TYPE,
        DEVICE_STATE,
        Field(
            "path",
            "Absolute path of an ISO image on the node, which has to exist. "
            "Without it the drive is empty.",
            at=_PATHS,
            by="type",
            apply=Apply.LIVE,
            check=names.path,
        ),
        _TARGET,
        Field(
            "bus",
            "Kind of controller that the guest sees.",
            at="target/@bus",
            choices=("sata", "scsi", "ide", "usb"),
            apply=Apply.RESTART,
            initial="sata",
        ),
        Field(
            "boot_order",
            "Place of the drive among the devices that the firmware tries to boot from, from 1.",
            type="int",
            at="boot/@order",
            codec=codec.INT,
            apply=Apply.RESTART,
        ),
        name_field("drive"),
    ),
)
