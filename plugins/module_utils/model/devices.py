# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All devices of a vm, in the order in which libvirt writes them."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.balloon import BALLOON
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cdrom import CDROM, FLOPPY
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.channel import CHANNEL
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.controller import CONTROLLER
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk import DISK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.filesystem import FILESYSTEM
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.graphics import GRAPHICS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.iommu import IOMMU
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.memory_device import MEMORY_DEVICE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.nic import NIC
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.peripherals import (
    HOSTDEVS,
    INPUTS,
    LEASES,
    MEDIA,
    REDIRECTIONS,
    REST,
    SMARTCARDS,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.rng import RNG
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.serial import (
    CONSOLE,
    PARALLEL,
    SERIAL,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.tpm import TPM
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Owner

DEVICES = (
    Field(
        "emulator",
        "Absolute path of the program that runs the vm.",
        at="devices/emulator",
        check=names.path,
        owner=Owner.FILLED,
        apply=Apply.RESTART,
        initial_doc="the node's own for the architecture",
    ),
    Field(
        "disks",
        "Disks of the vm, known by their names.",
        at="devices/disk",
        of=DISK,
        many=True,
        apply=Apply.LIVE,
    ),
    Field(
        "cdroms",
        "CD drives of the vm, known by their names; O(cloud_init) adds one of the name V(seed).",
        at="devices/disk",
        of=CDROM,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "floppies",
        "Floppy drives of the vm, known by their names.",
        at="devices/disk",
        of=FLOPPY,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "controllers",
        "Controllers that need to be there; libvirt adds those that devices need.",
        at="devices/controller",
        of=CONTROLLER,
        many=True,
        apply=Apply.RESTART,
        initial_doc="spare ports for devices that are plugged later, where the machine has ports",
    ),
    *LEASES,
    Field(
        "filesystems",
        "Folders of the node that the guest can mount, known by their names.",
        at="devices/filesystem",
        of=FILESYSTEM,
        many=True,
        apply=Apply.LIVE,
    ),
    Field(
        "nics",
        "Network interfaces of the vm, known by their names.",
        at="devices/interface",
        of=NIC,
        many=True,
        apply=Apply.LIVE,
    ),
    *SMARTCARDS,
    Field(
        "serials",
        "Serial ports of the vm, known by their names. The first is its console.",
        at="devices/serial",
        of=SERIAL,
        many=True,
        apply=Apply.RESTART,
        initial_doc="one port of the name V(console)",
    ),
    Field(
        "parallels",
        "Parallel ports of the vm, known by their names.",
        at="devices/parallel",
        of=PARALLEL,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "consoles",
        "Consoles of the vm, known by their names. The first of O(serials) is one already.",
        at="devices/console",
        of=CONSOLE,
        many=True,
        apply=Apply.RESTART,
    ),
    Field(
        "channels",
        "Channels to programs in the guest, known by their names.",
        at="devices/channel",
        of=CHANNEL,
        many=True,
        apply=Apply.RESTART,
        initial_doc="one channel of the name V(agent) for the guest agent",
    ),
    *INPUTS,
    Field("tpm", TPM.doc, at="devices/tpm", of=TPM, apply=Apply.RESTART),
    Field(
        "graphics",
        "Graphical consoles of the vm.",
        at="devices/graphics",
        of=GRAPHICS,
        many=True,
        apply=Apply.RESTART,
    ),
    *MEDIA,
    *HOSTDEVS,
    *REDIRECTIONS,
    Field(
        "rng",
        RNG.doc,
        at="devices/rng",
        of=RNG,
        apply=Apply.RESTART,
        initial_doc="a virtio device on C(/dev/urandom)",
    ),
    Field(
        "memory_devices",
        "Memory of the vm that it has as devices, known by their names. They need "
        "O(memory_hotplug) and O(cpu.numa_cells). A running guest gets one at once; it seldom "
        "lets go of a V(dimm), but makes V(virtio-mem) smaller.",
        at="devices/memory",
        of=MEMORY_DEVICE,
        many=True,
        apply=Apply.LIVE,
    ),
    Field("balloon", BALLOON.doc, at="devices/memballoon", of=BALLOON, apply=Apply.RESTART),
    Field("iommu", IOMMU.doc, at="devices/iommu", of=IOMMU, apply=Apply.RESTART),
    *REST,
)
