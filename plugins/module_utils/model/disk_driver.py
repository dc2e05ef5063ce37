# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How QEMU reads and writes a disk."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_backing import cache_field
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    count,
    switch,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field


def _choice(name: str, doc: str, *choices: str, absent: str | None = None) -> Field:
    return Field(
        name, doc, at=f"driver/@{name}", choices=choices, absent=absent, apply=Apply.RESTART
    )


CACHE = _choice(
    "cache",
    "How the node caches the disk.",
    *("default", "none", "writethrough", "writeback", "directsync", "unsafe"),
    absent="default",
)


def discard_field(**more: object) -> Field:
    """What becomes of space that the guest gives back."""
    return Field(
        "discard",
        "Whether the guest's discard requests free space in the pool.",
        at="driver/@discard",
        choices=("ignore", "unmap"),
        apply=Apply.RESTART,
        **more,  # type: ignore[arg-type]
    )


# All of the driver, but what is not the same everywhere.
DRIVER_FIELDS = (
    Field(
        "driver",
        "Name of the driver; QEMU has C(qemu) alone.",
        at="driver/@name",
        check=names.word,
        apply=Apply.RESTART,
        initial_doc="the one that the hypervisor has",
    ),
    CACHE,
    _choice(
        "error_policy",
        "What happens when the disk can not be written: the vm stops, or the guest is told, or "
        "it is not; with V(enospace) it stops only where no space is left.",
        *("stop", "report", "ignore", "enospace"),
    ),
    _choice(
        "rerror_policy",
        "The same for reading.",
        *("stop", "report", "ignore"),
    ),
    _choice(
        "io",
        "How the node reads and writes: in threads, or by an interface of its kernel, "
        "V(native) of which needs O(ignore:cache) to be V(none) or V(directsync).",
        *("threads", "native", "io_uring"),
    ),
    switch(
        "ioeventfd",
        "Whether requests of a virtio disk are handled in a thread of their own.",
        "driver/@ioeventfd",
    ),
    switch(
        "event_idx",
        "Whether a virtio disk has fewer interrupts by telling when the next one is due.",
        "driver/@event_idx",
    ),
    switch(
        "copy_on_read",
        "Whether what is read from the layers below is kept in the disk.",
        "driver/@copy_on_read",
    ),
    count(
        "iothread",
        "Number of the I/O thread that serves a virtio disk.",
        "driver/@iothread",
    ),
    _choice(
        "detect_zeroes",
        "Whether writing zeroes is done without writing, and with V(unmap) without keeping "
        "the space.",
        *("off", "on", "unmap"),
    ),
    count(
        "queues",
        "Number of queues of a virtio disk; one for each CPU is usual.",
        "driver/@queues",
    ),
    count(
        "queue_size",
        "Requests that fit into a queue of a virtio disk.",
        "driver/@queue_size",
    ),
    *virtio_fields(),
    cache_field("driver"),
)
