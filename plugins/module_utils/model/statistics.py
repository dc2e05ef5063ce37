# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a vm uses, as libvirt counts it. All of it is told of all vms in one call.

See virConnectGetAllDomainStats.
"""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

DISK_STATISTICS = Schema(
    name="disk_statistics",
    doc="What is read from a disk and written to it since the vm was started.",
    fields=(
        told("target", "Name of the disk for libvirt.", sample="vda"),
        told("path", "Its file or device.", sample="/var/lib/libvirt/images/web1-root.qcow2"),
        told("read_bytes", "Bytes read.", type="int", sample=52428800),
        told("read_requests", "Reads.", type="int", sample=1024),
        told("read_seconds", "How long they took altogether.", type="float", sample=0.42),
        told("written_bytes", "Bytes written.", type="int", sample=1048576),
        told("write_requests", "Writes.", type="int", sample=64),
        told("write_seconds", "How long they took altogether.", type="float", sample=0.12),
        told("flush_requests", "Flushes.", type="int", sample=8),
        told(
            "capacity", "Size of the disk for the guest, in bytes.", type="int", sample=2147483648
        ),
        told("allocation", "How far it is written, in bytes.", type="int", sample=734003200),
        told("physical", "Length of its file, in bytes.", type="int", sample=734396416),
    ),
)

NIC_STATISTICS = Schema(
    name="nic_statistics",
    doc="What the guest received and sent through an interface since the vm was started.",
    fields=(
        told("device", "Name of the interface on the node.", sample="vnet0"),
        told("received_bytes", "Bytes received.", type="int", sample=1048576),
        told("received_packets", "Packets received.", type="int", sample=2048),
        told("receive_errors", "Packets received with errors.", type="int", sample=0),
        told("receive_drops", "Packets dropped on their way in.", type="int", sample=0),
        told("sent_bytes", "Bytes sent.", type="int", sample=524288),
        told("sent_packets", "Packets sent.", type="int", sample=1024),
        told("send_errors", "Packets sent with errors.", type="int", sample=0),
        told("send_drops", "Packets dropped on their way out.", type="int", sample=0),
    ),
)

STATISTICS = Schema(
    name="statistics",
    doc="What the vm uses, as libvirt counts it. What its hypervisor does not count is left out. "
    "Only of M(vmrt.libvirt.vm_info) with V(statistics) in "
    "O(vmrt.libvirt.vm_info#module:gather).",
    fields=(
        told(
            "cpu_seconds",
            "Time that the node's CPUs spent on it. Of a running vm it is known where libvirt uses "
            "cgroups.",
            type="float",
            sample=12.5,
        ),
        told(
            "cpu_user_seconds",
            "How much of it was outside of the kernel.",
            type="float",
            sample=9.0,
        ),
        told("cpu_system_seconds", "How much of it was in the kernel.", type="float", sample=3.5),
        told(
            "vcpu_seconds",
            "Time that its virtual CPUs ran, all of them together.",
            type="float",
            sample=8.5,
        ),
        told("vcpus", "Virtual CPUs that it has now.", type="int", sample=2),
        told("memory", "Memory that it has now, in bytes.", type="int", sample=2147483648),
        told(
            "memory_resident",
            "Memory of the node in use for it, in bytes.",
            type="int",
            sample=734003200,
        ),
        told(
            "memory_available",
            "Memory that the guest's system sees, in bytes.",
            type="int",
            sample=2074873856,
        ),
        told(
            "memory_unused",
            "How much of that the guest does not use, in bytes.",
            type="int",
            sample=1288490188,
        ),
        told(
            "memory_usable",
            "How much of it the guest could use without swapping, in bytes.",
            type="int",
            sample=1610612736,
        ),
        told("disks", "Its disks and drives.", type="list", of=DISK_STATISTICS, many=True),
        told("nics", "Its interfaces.", type="list", of=NIC_STATISTICS, many=True),
    ),
)
