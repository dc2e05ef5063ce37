# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm: a libvirt domain with its devices, its seed and its power state."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.about import ABOUT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.boot import BOOT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.clock import CLOCK
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cloud_init import CLOUD_INIT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cpu import PROCESSOR
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.devices import DEVICES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.features import FEATURES
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.hypervisor import HYPERVISOR
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.id_map import ID_MAP
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.io_threads import IO_THREADS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.keeping import keeping
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.launch_security import (
    LAUNCH_SECURITY,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.lifecycle import LIFECYCLE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.memory import MEMORY
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.qemu import QEMU
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.seclabel import SECLABELS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.smbios import SMBIOS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.status import STATUS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.steering import STEERING
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.tuning import TUNING
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.vcpus import VCPUS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.xml_patch import XML_PATCH
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

# Where a vm keeps what libvirt has no place for.
MARK = "metadata/vmrt:vm"

VM = Schema(
    name="vm",
    doc="A virtual machine.",
    tag="domain",
    fields=(
        HYPERVISOR,
        Field(
            "name",
            "Name of the vm. One that is found by its O(uuid) under another name is renamed, which "
            "libvirt does while it does not run.",
            at="name",
            required=True,
            check=names.name,
            apply=Apply.RECREATE,
        ),
        Field(
            "uuid",
            "UUID of the vm; an existing vm keeps its own.",
            at="uuid",
            codec=codec.LOWER,
            check=names.uuid,
            owner=Owner.FILLED,
            apply=Apply.RECREATE,
            sample="4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11",
        ),
        *ABOUT,
        Field(
            "labels",
            "Names and values that mean something to you, kept with the vm.",
            type="dict",
            at=f"{MARK}/vmrt:labels",
            codec=codec.PAIRS,
            apply=Apply.LIVE,
            via="metadata",
        ),
        *keeping(MARK),
        Field("status", STATUS.doc, at=MARK, of=STATUS, apply=Apply.LIVE),
        *MEMORY,
        *VCPUS,
        *SMBIOS,
        *IO_THREADS,
        *TUNING,
        *BOOT,
        *ID_MAP,
        *FEATURES,
        *PROCESSOR,
        *CLOCK,
        *LIFECYCLE,
        *DEVICES,
        *SECLABELS,
        *LAUNCH_SECURITY,
        *QEMU,
        Field(
            "autostart",
            "Whether libvirt starts the vm when the node starts.",
            type="bool",
            codec=codec.RAW,
            apply=Apply.LIVE,
        ),
        Field(
            "xml_patches",
            XML_PATCH.doc,
            of=XML_PATCH,
            many=True,
            apply=Apply.RESTART,
        ),
        Field("cloud_init", CLOUD_INIT.doc, of=CLOUD_INIT, type="dict"),
        *STEERING,
    ),
)
