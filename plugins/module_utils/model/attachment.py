# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A volume as a disk of a vm."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import DEVICE_STATE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

# What a task for a volume says of the disk; the vm module has all the rest.
OF_DISK = (
    *("bus", "target", "serial", "readonly", "shareable", "cache", "discard", "io"),
    *("encryption", "io_limits"),
)

ATTACHMENT = Schema(
    name="attachment",
    doc="A vm that has the volume as a disk, changed while it runs. What is left out stays as it "
    "is; the disks of M(vmrt.libvirt.vm) have more options.",
    key="vm",
    fields=(
        Field("vm", "Name of the vm, which has to be there.", required=True, check=names.name),
        Field(
            "disk",
            "Name of the disk in the vm; without it, that under which the vm has the volume "
            "already, or the name of the volume up to its first dot.",
            check=names.name,
        ),
        replace(DEVICE_STATE, doc="Whether the vm has the volume as a disk."),
        *(replace(DISK[name], at=None, initial=None, initial_doc=None) for name in OF_DISK),
    ),
)
