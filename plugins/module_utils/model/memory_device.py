# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memory that is plugged into a vm as a device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)


def _named(values: Mapping[str, Any]) -> str:
    """Devices of one kind differ in their places alone."""
    address = str(values.get("address", "")).replace("slot=", "").split()
    place = [word for word in address[1:] if "=" not in word] or address[:1]
    node = [f"node{values['node']}"] if "node" in values else []
    words = "-".join([str(values.get("model")), *node, *place])
    return words.replace(":", "-").replace(".", "-")[:31]


def _same_place(wanted: str, found: str | None) -> bool:
    """A running machine tells more of the place of a DIMM than its definition does."""
    return set(wanted.split()) <= set((found or "").split())


def _size(name: str, doc: str, at: str, apply: Apply, **more: Any) -> Field:
    return Field(name, doc, at=at, apply=apply, **{"codec": codec.MEMORY, **more})


MEMORY_DEVICE = Schema(
    name="memory_device",
    doc="Memory that the guest has as a device.",
    key="name",
    derive=_named,
    hotplug=True,
    mutually_exclusive=(("path", "page_size"), ("path", "nodes")),
    required_if=(("state", "present", ("size",)),),
    fields=(
        DEVICE_STATE,
        Field(
            "model",
            "Kind of device. V(dimm) is plugged under a running guest as a whole, V(virtio-mem) "
            "grows and shrinks under it as O(memory_devices[].requested) says. V(nvdimm) and "
            "V(virtio-pmem) keep what is in them in a file of the node, V(sgx-epc) is memory of "
            "enclaves.",
            at="@model",
            choices=("dimm", "nvdimm", "virtio-pmem", "virtio-mem", "sgx-epc"),
            initial="virtio-mem",
            apply=Apply.RECREATE,
        ),
        Field(
            "access",
            "Whether writes of the guest reach the file or stay its own.",
            at="@access",
            choices=("shared", "private"),
            apply=Apply.REPLUG,
        ),
        Field(
            "discard",
            "Whether the node forgets the content as soon as the device is gone.",
            type="bool",
            at="@discard",
            codec=codec.YES_NO,
            apply=Apply.REPLUG,
        ),
        Field(
            "uuid",
            "UUID of an NVDIMM of the architecture ppc64.",
            at="uuid",
            codec=codec.LOWER,
            check=names.uuid,
            owner=Owner.FILLED,
            apply=Apply.REPLUG,
        ),
        Field(
            "path",
            "Path of the file or the device of the node that holds the memory.",
            at="source/path",
            check=names.path,
            apply=Apply.REPLUG,
        ),
        _size(
            "align_size",
            "Size to whose multiples the mapping of the file is aligned.",
            "source/alignsize",
            Apply.REPLUG,
        ),
        Field(
            "persistent",
            "Whether the file lies on real persistent memory, so that what is written is safe "
            "at once.",
            type="bool",
            at="source/pmem",
            codec=codec.PRESENCE,
            apply=Apply.REPLUG,
        ),
        _size("page_size", "Size of the node's pages to use.", "source/pagesize", Apply.REPLUG),
        Field(
            "nodes",
            "NUMA nodes of the node to take the memory from.",
            at="source/nodemask",
            codec=codec.CPUS,
            apply=Apply.REPLUG,
        ),
        _size(
            "size",
            "Size of the device, or of V(virtio-mem) the most that it can grow to; a number with "
            "the unit KiB, MiB or GiB, or of MiB without a unit.",
            "target/size",
            Apply.REPLUG,
        ),
        Field(
            "node",
            "NUMA cell of the guest that gets the memory.",
            type="int",
            at="target/node",
            codec=codec.INT,
            apply=Apply.REPLUG,
        ),
        _size(
            "block",
            "Smallest step of V(virtio-mem).",
            "target/block",
            Apply.REPLUG,
        ),
        _size(
            "requested",
            "How much of V(virtio-mem) the guest is to have; a running guest gets it, or gives it "
            "back, at once.",
            "target/requested",
            Apply.LIVE,
            codec=codec.MEMORY_OR_NONE,
        ),
        Field(
            "current",
            "How much of V(virtio-mem) the guest has.",
            at="target/current",
            codec=codec.MEMORY_OR_NONE,
            owner=Owner.REPORTED,
            sample="512MiB",
        ),
        _size(
            "label_size",
            "Size of the area of an NVDIMM that holds its labels.",
            "target/label/size",
            Apply.REPLUG,
        ),
        Field(
            "readonly",
            "Whether the guest can not write to an NVDIMM.",
            type="bool",
            at="target/readonly",
            codec=codec.PRESENCE,
            apply=Apply.REPLUG,
        ),
        name_field("device"),
        replace(address_field(), same=_same_place),
    ),
)
