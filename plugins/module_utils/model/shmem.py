# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that vms share."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import limits, names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
    named_by,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    acpi_index_field,
    number,
    switch,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.plain import choice, plain
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Schema

SHMEM = Schema(
    name="shmem",
    doc="Memory that several vms share.",
    key="name",
    derive=named_by("shmem"),
    hotplug=True,
    required_if=(("state", "present", ("shmem",)),),
    fields=(
        DEVICE_STATE,
        plain(
            "shmem",
            "Name of the memory on the node, which all vms that share it give.",
            "@name",
            check=names.shared_memory,
            apply=Apply.RECREATE,
        ),
        choice(
            "role",
            "Whether the memory goes along when the vm is migrated (V(master)) or is found at the "
            "other node (V(peer)).",
            "@role",
            ("master", "peer"),
        ),
        choice(
            "model",
            "Model of the device; V(ivshmem-doorbell) needs a server.",
            "model/@type",
            ("ivshmem", "ivshmem-plain", "ivshmem-doorbell"),
            initial="ivshmem-plain",
        ),
        plain(
            "size",
            "Size of the memory, a power of two of whole MiB such as V(4MiB).",
            "size",
            codec=codec.CAPACITY,
            check=limits.whole_power_of_two,
        ),
        plain(
            "server",
            "Socket of the server of V(ivshmem-doorbell).",
            "server/@path",
            check=names.path,
        ),
        number("vectors", "Number of interrupts between the vms.", "msi/@vectors"),
        switch("ioeventfd", "Whether interrupts go past QEMU's main loop.", "msi/@ioeventfd"),
        name_field("device"),
        acpi_index_field(),
        address_field(),
    ),
)
