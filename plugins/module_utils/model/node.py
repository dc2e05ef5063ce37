# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node: what runs there, and what is free."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.domain_capabilities import (
    DOMAIN_CAPABILITIES,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vm import VM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Owner, Schema


def _seen(name: str, doc: str, **more: Any) -> Field:
    return Field(name, doc, owner=Owner.REPORTED, **more)


GUEST = Schema(
    name="guest",
    doc="A kind of guest that the node can run.",
    fields=(
        _seen(
            "os_type",
            "V(hvm) for machines, V(exe) for containers, V(xen) and others.",
            at="os_type",
            sample="hvm",
        ),
        _seen("arch", "Architecture of the guest.", at="arch/@name", sample="x86_64"),
        _seen(
            "emulator",
            "Program that runs the guest.",
            at="arch/emulator",
            sample="/usr/bin/qemu-system-x86_64",
        ),
        _seen(
            "machines",
            "Machine types, short names among them.",
            type="list",
            at="arch/machine",
            sample=["pc-q35-7.2", "q35"],
        ),
        _seen(
            "max_vcpus",
            "Most CPUs of the first machine type.",
            type="int",
            codec=codec.INT,
            at="arch/machine/@maxCpus",
            sample=288,
        ),
        _seen(
            "hypervisors",
            "What can run the guest.",
            type="list",
            at="arch/domain/@type",
            sample=["qemu", "kvm"],
        ),
    ),
)

CAPABILITIES = Schema(
    name="capabilities",
    doc="What libvirt says that the node can do.",
    fields=(
        _seen("uuid", "UUID of the node.", at="host/uuid"),
        _seen("arch", "Architecture of the node.", at="host/cpu/arch", sample="x86_64"),
        _seen("cpu_model", "Model of the node's processor.", at="host/cpu/model"),
        _seen("guests", GUEST.doc, type="list", at="guest", of=GUEST, many=True),
    ),
)

_IMAGE = Schema(
    name="image",
    doc="A volume that can be an image of others.",
    fields=(
        _seen("name", "Name of the volume.", sample="debian-12.qcow2"),
        _seen("size", "Its capacity.", codec=codec.CAPACITY, sample="3GiB"),
    ),
)

STORAGE = Schema(
    name="storage",
    doc="A pool of the node and its room.",
    fields=(
        _seen("name", "Name of the pool.", sample="default"),
        _seen("active", "Whether the pool is active.", type="bool", codec=codec.RAW, sample=True),
        _seen("type", "Kind of the pool.", sample="dir"),
        _seen("target", "Folder of the pool.", sample="/var/lib/libvirt/images"),
        _seen("capacity", "All of its room.", codec=codec.CAPACITY, sample="80GiB"),
        _seen("available", "Its free room.", codec=codec.CAPACITY, sample="42GiB"),
        _seen("allocated", "Room that its volumes take.", codec=codec.CAPACITY, sample="31GiB"),
        _seen(
            "provisioned",
            "Room that its volumes take once they are full.",
            codec=codec.CAPACITY,
            sample="60GiB",
        ),
        _seen(
            "images",
            "Its volumes that are no overlay, and no disk of a vm.",
            type="list",
            of=_IMAGE,
            many=True,
        ),
    ),
)

COMMITMENT = Schema(
    name="commitment",
    doc="A vm of the node, and what it takes: of a running vm what it has now.",
    fields=tuple(
        replace(
            VM[name],
            doc=doc,
            owner=Owner.REPORTED,
            apply=None,
            via=None,
            initial=None,
            required=False,
        )
        for name, doc in (
            ("name", "Name of the vm."),
            ("uuid", "UUID of the vm."),
            ("labels", "Its labels."),
            ("memory", "Its memory, without what it could still get."),
            ("vcpus", "Its CPUs, without those that it could still get."),
        )
    ),
)

NODE = Schema(
    name="node",
    doc="A host that runs libvirt.",
    fields=(
        _seen("hostname", "Name of the node.", sample="node1"),
        _seen("uri", "URI of its libvirt.", sample="qemu:///system"),
        _seen("libvirt_version", "Version of its libvirt.", sample="9.0.0"),
        _seen("driver", "Its driver, which says what kinds of vms it runs.", sample="QEMU"),
        _seen("hypervisor_version", "Version of what runs guests.", sample="7.2.22"),
        _seen("uuid", "UUID of the node."),
        _seen("arch", "Architecture of the node.", sample="x86_64"),
        _seen("cpu_model", "Model of its processor."),
        _seen("cpus", "CPUs of the node.", type="int", codec=codec.INT, sample=8),
        _seen("memory", "Memory of the node.", codec=codec.MEMORY, sample="64GiB"),
        _seen("memory_free", "Memory that is free.", codec=codec.MEMORY, sample="42GiB"),
        _seen("guests", GUEST.doc, type="list", of=GUEST, many=True),
        _seen(
            "domain_capabilities",
            "What each hypervisor can do on the node's own architecture.",
            type="list",
            of=DOMAIN_CAPABILITIES,
            many=True,
        ),
        _seen("storage", STORAGE.doc, type="list", of=STORAGE, many=True),
        _seen("networks", "Names of its networks.", type="list", sample=["default"]),
        _seen("vms", COMMITMENT.doc, type="list", of=COMMITMENT, many=True),
    ),
)
