# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a vm does, and what of it is on the node."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)


def _told(name: str, doc: str, **more: Any) -> Field:
    more = {"codec": codec.RAW, **more}
    return Field(name, doc, owner=Owner.REPORTED, **more)


HEALTH = Schema(
    name="health",
    doc="How a vm does. It is asked for each time, by M(vmrt.libvirt.vm_info) only.",
    fields=(
        _told(
            "healthy",
            "Whether nothing below says otherwise, and the vm runs.",
            type="bool",
            sample=True,
        ),
        _told("problems", "What is wrong, in words.", type="list", sample=[]),
        _told("state", "What the vm does, in libvirt's word.", sample="running"),
        _told(
            "reason",
            "Why it is paused or off, in libvirt's word, such as V(user), V(io-error) or "
            "V(crashed).",
            sample="user",
        ),
        _told(
            "hypervisor",
            "What the vm's process does: V(running), V(stopped) or V(ended). Only where the task "
            "runs on the node.",
            sample="running",
        ),
        _told(
            "control",
            "Whether libvirt can talk to the hypervisor: V(ok), V(job) while it does something "
            "long, V(occupied), or V(error).",
            sample="ok",
        ),
        _told(
            "agent",
            "Whether the guest agent answers. Only of a running vm that has a channel for it.",
            type="bool",
            sample=True,
        ),
        _told(
            "disk_errors",
            "Disks that the vm could not read or write, and why: V(unspecified) or V(no space).",
            type="dict",
            sample={"vda": "no space"},
        ),
    ),
)

HELPER = Schema(
    name="helper",
    doc="A process that works for a vm.",
    fields=(
        _told("name", "Name of the process.", sample="swtpm"),
        _told("pid", "Its number.", type="int", sample=4711),
    ),
)

PROCESSES = Schema(
    name="processes",
    doc="The processes of a running vm. Only of M(vmrt.libvirt.vm_info) that runs on the node.",
    fields=(
        _told("pid", "Number of the hypervisor's process.", type="int", sample=4700),
        _told("helpers", "Processes that work for it.", type="list", of=HELPER, many=True),
        _told(
            "vcpu_threads",
            "The thread that runs each virtual CPU, by the number of the CPU.",
            type="dict",
            sample={"0": 4702},
        ),
    ),
)

PATHS = Schema(
    name="paths",
    doc="Paths of a vm on the node, those that are there. Only of M(vmrt.libvirt.vm_info).",
    fields=(
        _told("definition", "Its definition.", sample="/etc/libvirt/qemu/web1.xml"),
        _told("log", "The hypervisor's log.", sample="/var/log/libvirt/qemu/web1.log"),
        _told(
            "folder",
            "What it has for itself while it runs.",
            sample="/var/lib/libvirt/qemu/domain-1-web1",
        ),
        _told(
            "monitor",
            "Socket on which libvirt talks to QEMU.",
            sample="/var/lib/libvirt/qemu/domain-1-web1/monitor.sock",
        ),
        _told(
            "agent",
            "Socket of the guest agent.",
            sample="/run/libvirt/qemu/channel/1-web1/org.qemu.guest_agent.0",
        ),
        _told(
            "saved_memory",
            "Memory that its next start goes on from.",
            sample="/var/lib/libvirt/qemu/save/web1.save",
        ),
    ),
)

DISK_USE = Schema(
    name="disk_use",
    doc="Where a disk is, on the node and in the guest, and who uses it.",
    fields=(
        _told("name", "Name of the disk.", sample="data"),
        _told("path", "Its file or device on the node.", sample="/srv/data.qcow2"),
        _told(
            "guest_path",
            "A path in a guest of Linux that leads to it; only of disks with a serial number.",
            sample="/dev/disk/by-id/virtio-data",
        ),
        _told(
            "users",
            "The vms that have it, this one among them; several may share one.",
            type="list",
            sample=["web1", "web2"],
        ),
        _told(
            "attach_count",
            "How many running vms use it.",
            type="int",
            sample=1,
        ),
    ),
)
