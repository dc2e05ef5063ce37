# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Disks of a running vm that another program reads over NBD, as they were at one moment."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

EXPORT = Schema(
    name="export",
    doc="A disk that can be read.",
    fields=(
        told("name", "Name of the disk.", sample="root"),
        told("target", "What libvirt calls it, and NBD too.", sample="vda"),
        told("uri", "Where it is read from, over NBD.", sample="nbd://127.0.0.1:10809/vda"),
        told(
            "bitmap",
            "Name of the bitmap that tells what was written since O(since); only of disks of which "
            "it is known. NBD calls it C(qemu:dirty-bitmap:) and this name.",
            sample="backup-vda",
        ),
    ),
)
VM_BACKUP_EXPORT = Schema(
    name="vm_backup_export",
    doc="The disks of a vm, served over NBD.",
    mutually_exclusive=(("socket", "port"), ("socket", "address")),
    fields=(
        Field("vm", "Name of the vm.", required=True, check=names.name),
        Field(
            "state",
            [
                "V(present) has the disks served as they are at this moment, while the vm goes on. "
                "An export that is there goes on as it is.",
                "V(absent) ends it.",
            ],
            choices=("present", "absent"),
            default="present",
        ),
        Field(
            "address",
            "Address on which QEMU waits for readers; without it, V(127.0.0.1). Whoever reaches it "
            "can read the disks.",
            check=names.host,
        ),
        Field(
            "port",
            "TCP port on which it waits. It or O(socket) is needed for an export.",
            type="int",
            codec=codec.INT,
            check=names.port,
        ),
        Field(
            "socket",
            "Absolute path of a socket on the node, in the place of a port. The user of QEMU makes "
            "it.",
            check=names.path,
        ),
        Field(
            "scratch",
            "Folder on the node for what the guest writes over meanwhile. Without it, it is kept "
            "beside each disk. It goes with the export.",
            check=names.path,
        ),
        Field(
            "checkpoint",
            "Name of a checkpoint that libvirt makes of this moment, for a later O(since).",
            check=names.name,
        ),
        Field(
            "since",
            "Name of an earlier checkpoint. A bitmap then tells what was written since; the disks "
            "can be read in full all the same.",
            check=names.name,
        ),
        Field(
            "forget",
            "Names of checkpoints that nobody needs any more. They go before an export begins, or "
            "after it has ended.",
            type="list",
            elements="str",
            check=names.name,
        ),
        Field(
            "quiesce",
            "Whether the agent of the guest brings its file systems to rest for the moment that "
            "is exported.",
            type="bool",
            codec=codec.RAW,
        ),
        Field("exclude", "Names of disks that are left out.", type="list", elements="str"),
        Field(
            "exports",
            EXPORT.doc,
            type="list",
            of=EXPORT,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
