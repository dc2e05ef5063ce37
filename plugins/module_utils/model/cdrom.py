# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Drives of a vm whose medium can be changed."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import named_by_target
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_backing import (
    BACKING,
    FORMATS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_device import (
    IDENTITY_FIELDS,
    SHARING_FIELDS,
    TRAY,
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
    volume_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.io_limits import IO_LIMITS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    boot_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema

# What a medium is is found from the node; the drive is a device as a disk is.
_HARDWARE = tuple(one for one in SHARING_FIELDS if one.name in ("readonly", "shareable"))


def _drive(name: str, doc: str, device: str, medium: str, *buses: str) -> Schema:
    return Schema(
        name=name,
        doc=doc,
        key="name",
        match={"@device": device},
        adopt=("target",),
        derive=named_by_target,
        mutually_exclusive=(("path", "volume"), ("path", "network"), ("volume", "network")),
        fields=(
            source_type(Apply.LIVE),
            DEVICE_STATE,
            Field(
                "snapshot",
                "What a snapshot of the vm does with the medium.",
                at="@snapshot",
                choices=("no", "internal", "external", "manual"),
                absent="no" if device == "cdrom" else None,
                apply=Apply.LIVE,
            ),
            Field(
                "format",
                "Format of the medium's data.",
                at="driver/@type",
                choices=FORMATS,
                apply=Apply.RESTART,
            ),
            *DRIVER_FIELDS,
            discard_field(),
            path_field(
                f"Absolute path of {medium} on the node, which has to exist. A new one changes the "
                "medium, also under a running guest, and an empty text takes it out. "
                "Without the option a new drive is empty.",
                Apply.LIVE,
                may_be_empty=True,
            ),
            *(one for one in remote_fields(Apply.LIVE) if one.name == "network"),
            pool_field("Pool that holds the volume.", initial_doc="V(default)"),
            volume_field("Name of a volume that is the medium; it has to exist."),
            *SOURCE_FIELDS,
            BACKING,
            *target_fields(buses[0], *buses),
            TRAY,
            Field("io_limits", IO_LIMITS.doc, at="iotune", of=IO_LIMITS, apply=Apply.LIVE),
            *_HARDWARE,
            *IDENTITY_FIELDS,
            *boot_fields("drive"),
            name_field("drive"),
            acpi_index_field(),
            address_field(),
        ),
    )


CDROM = _drive(
    "cdrom",
    "A CD drive of a vm, with or without a medium.",
    "cdrom",
    "an ISO image",
    *("sata", "scsi", "ide", "usb", "xen"),
)
FLOPPY = _drive(
    "floppy",
    "A floppy drive of a vm, with or without a medium.",
    "floppy",
    "an image",
    *("fdc", "ide", "scsi", "usb"),
)
