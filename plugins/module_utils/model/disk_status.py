# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a disk of a vm is, on the node and in the guest, and who uses it."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

DISK_STATUS = Schema(
    name="disk_status",
    doc="A disk: where it is, on the node and in the guest, and who uses it.",
    fields=(
        told("name", "Name of the disk.", sample="data"),
        told("alias", "What libvirt calls the device.", sample="ua-vmrt-data"),
        told("path", "Its file or device on the node.", sample="/dev/disk/by-id/wwn-0x5000c500"),
        told(
            "major",
            "Major number of its device on the node. Only of block devices, where the task runs on "
            "the node.",
            type="int",
            sample=8,
        ),
        told("minor", "Minor number of its device on the node.", type="int", sample=16),
        told(
            "address",
            "Its place in the machine, as O(vmrt.libvirt.vm#module:disks[].address) gives it.",
            sample="0000:04:00.0",
        ),
        told(
            "guest_path",
            "A path in a guest of Linux that leads to it; only of disks with a serial number or a "
            "world-wide name.",
            sample="/dev/disk/by-id/virtio-data",
        ),
        told(
            "users",
            "The vms that have it, this one among them; several may share one. Only of disks with "
            "a path.",
            type="list",
            sample=["web1", "web2"],
        ),
        told("attach_count", "How many running vms use it.", type="int", sample=1),
    ),
)
