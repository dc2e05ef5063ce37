# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a vm does, and what of it is on the node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Schema

HEALTH = Schema(
    name="health",
    doc="How a vm does. It is asked for each time, by M(vmrt.libvirt.vm_info) only.",
    fields=(
        told(
            "healthy",
            "Whether nothing below says otherwise, and the vm runs.",
            type="bool",
            sample=True,
        ),
        told("problems", "What is wrong, in words.", type="list", sample=[]),
        told("state", "What the vm does, in libvirt's word.", sample="running"),
        told(
            "reason",
            "Why it is paused, off or crashed, in libvirt's word, such as V(user), V(io-error) or "
            "V(panicked).",
            sample="user",
        ),
        told(
            "hypervisor",
            "What the vm's process does: V(running), V(stopped) or V(ended). Only where the task "
            "runs on the node.",
            sample="running",
        ),
        told(
            "control",
            "Whether libvirt can talk to the hypervisor: V(ok), V(job) while it does something "
            "long, V(occupied), or V(error).",
            sample="ok",
        ),
        told(
            "agent",
            "Whether the guest agent answers. Only of a running vm that has a channel for it.",
            type="bool",
            sample=True,
        ),
        told(
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
        told("name", "Name of the process.", sample="swtpm"),
        told("pid", "Its number.", type="int", sample=4711),
    ),
)

PROCESSES = Schema(
    name="processes",
    doc="The processes of a running vm. Only of M(vmrt.libvirt.vm_info) that runs on the node.",
    fields=(
        told("pid", "Number of the hypervisor's process.", type="int", sample=4700),
        told("helpers", "Processes that work for it.", type="list", of=HELPER, many=True),
        told(
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
        told("definition", "Its definition.", sample="/etc/libvirt/qemu/web1.xml"),
        told("log", "The hypervisor's log.", sample="/var/log/libvirt/qemu/web1.log"),
        told(
            "folder",
            "What it has for itself while it runs.",
            sample="/var/lib/libvirt/qemu/domain-1-web1",
        ),
        told(
            "monitor",
            "Socket on which libvirt talks to QEMU.",
            sample="/var/lib/libvirt/qemu/domain-1-web1/monitor.sock",
        ),
        told(
            "agent",
            "Socket of the guest agent.",
            sample="/run/libvirt/qemu/channel/1-web1/org.qemu.guest_agent.0",
        ),
        told(
            "saved_memory",
            "Memory that its next start goes on from.",
            sample="/var/lib/libvirt/qemu/save/web1.save",
        ),
    ),
)
