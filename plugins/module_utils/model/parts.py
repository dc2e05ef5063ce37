# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that more than one kind of device has."""

from __future__ import annotations

from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

VIRTIO_MODELS = ("virtio", "virtio-transitional", "virtio-non-transitional")


def switch(name: str, doc: str, at: str, apply: Apply = Apply.RESTART) -> Field:
    """An option that XML spells as on or off."""
    return Field(name, doc, type="bool", at=at, codec=codec.ON_OFF, apply=apply)


def number(
    name: str,
    doc: str,
    at: str,
    apply: Apply = Apply.RESTART,
    check: Callable[[int], None] = names.not_negative,
) -> Field:
    """An option that is a whole number, from 0."""
    return Field(name, doc, type="int", at=at, codec=codec.INT, apply=apply, check=check)


def count(name: str, doc: str, at: str, apply: Apply = Apply.RESTART) -> Field:
    """An option that is a number of things, from 1."""
    return number(name, doc, at, apply, names.positive)


def virtio_fields() -> tuple[Field, ...]:
    """How a virtio device talks to the guest."""
    return (
        switch(
            "iommu",
            "Whether a virtio device goes through the guest's IOMMU, where the machine has one.",
            "driver/@iommu",
        ),
        switch(
            "ats",
            "Whether a virtio device may translate addresses by itself (PCIe ATS).",
            "driver/@ats",
        ),
        switch(
            "packed",
            "Whether a virtio device uses packed queues, which its driver in the guest has to "
            "know.",
            "driver/@packed",
        ),
        switch(
            "page_per_vq",
            "Whether each queue of a virtio device has a page of its own for notifications.",
            "driver/@page_per_vq",
        ),
    )


def acpi_index_field() -> Field:
    """The number by which firmware and guest know a device."""
    return number(
        "acpi_index",
        "Number of the device that a guest's predictable names are made of, where the machine "
        "has ACPI.",
        "acpi/@index",
    )


def boot_fields(what: str) -> tuple[Field, ...]:
    """The turn of a device when the firmware looks for something to boot."""
    return (
        count(
            "boot_order",
            f"Place of the {what} among the devices that the firmware tries to boot from, from 1.",
            "boot/@order",
        ),
        Field(
            "boot_loadparm",
            "What a loader of IBM Z is told when it boots from the device.",
            at="boot/@loadparm",
            codec=codec.UPPER,
            check=names.loadparm,
            apply=Apply.RESTART,
        ),
    )
