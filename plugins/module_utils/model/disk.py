# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks of a vm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_backing import (
    BACKING,
    FORMATS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_device import (
    BUSES,
    HARDWARE_FIELDS,
    IDENTITY_FIELDS,
    SHARING_FIELDS,
    target_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_driver import (
    DRIVER_FIELDS,
    discard_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_source import (
    SOURCE_FIELDS,
    path_field,
    pool_field,
    remote_fields,
    source_type,
    vhost_user_field,
    volume_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.io_limits import IO_LIMITS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    boot_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def named_by_target(values: Mapping[str, Any]) -> str:
    """Names a disk that was not made here."""
    return str(values.get("target"))


_SOURCES = ("path", "network", "nvme", "vhost_user")
_OF_VOLUMES = ("volume", "pool", "image", "size")

DISK = Schema(
    name="disk",
    doc="A disk of a vm: a volume of a pool, a file or block device of the node, or what a server "
    "on the network holds.",
    key="name",
    match={"@device": ("disk", "lun", None)},
    adopt=("target",),
    derive=named_by_target,
    hotplug=True,
    mutually_exclusive=(
        *(("path", option) for option in _OF_VOLUMES),
        *((remote, option) for remote in _SOURCES[1:] for option in ("path", *_OF_VOLUMES)),
        *(("network", "nvme"), ("network", "vhost_user"), ("nvme", "vhost_user")),
    ),
    fields=(
        source_type(),
        Field(
            "device",
            "What the guest sees: a V(disk), or the SCSI device itself with all its commands, "
            "V(lun), which a block device, a volume or an iSCSI disk can be.",
            at="@device",
            choices=("disk", "lun"),
            absent="disk",
            apply=Apply.RESTART,
        ),
        DEVICE_STATE,
        Field(
            "model",
            "Generation of a virtio disk.",
            at="@model",
            choices=VIRTIO_MODELS,
            apply=Apply.RESTART,
        ),
        Field(
            "snapshot",
            "What a snapshot of the vm does with the disk.",
            at="@snapshot",
            choices=("no", "internal", "external", "manual"),
            apply=Apply.LIVE,
        ),
        Field(
            "rawio",
            "Whether a V(lun) may be sent any SCSI command.",
            type="bool",
            at="@rawio",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "sgio",
            "Whether the node's kernel filters the SCSI commands of a V(lun).",
            at="@sgio",
            choices=("filtered", "unfiltered"),
            apply=Apply.RESTART,
        ),
        Field(
            "format",
            "Format of the disk's data. A volume is made as qcow2 or raw; a new disk on a volume "
            "that is there has the format of that.",
            at="driver/@type",
            choices=FORMATS,
            apply=Apply.RECREATE,
            initial="qcow2",
        ),
        *DRIVER_FIELDS,
        discard_field(initial="unmap"),
        path_field(
            "Absolute path of a file or a block device on the node, which has to exist; "
            "what it holds is never created, grown or deleted."
        ),
        *remote_fields(),
        vhost_user_field(),
        pool_field("Pool that holds the volume.", initial="default"),
        volume_field(
            "Name of the volume in the pool; it is created when it is missing.",
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
        *SOURCE_FIELDS,
        BACKING,
        *target_fields("virtio", *BUSES),
        *HARDWARE_FIELDS,
        Field("io_limits", IO_LIMITS.doc, at="iotune", of=IO_LIMITS, apply=Apply.LIVE),
        *SHARING_FIELDS,
        *IDENTITY_FIELDS,
        *boot_fields("disk"),
        name_field("disk"),
        acpi_index_field(),
        address_field(),
    ),
)
