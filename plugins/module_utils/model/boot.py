# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of machine a vm is, and what it boots."""

from __future__ import annotations

from typing import ClassVar

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.boot_source import BOOT_SOURCE
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.tree import Spot

MACHINES = {"q35": "pc-q35-", "pc": "pc-i440fx-", "virt": "virt-"}


def family(machine: str | None) -> str | None:
    """The short name of the family that a machine type belongs to; others are their own."""
    for short, prefix in MACHINES.items():
        if machine and machine.startswith(prefix):
            return short
    return machine


def _same_machine(wanted: str, found: str | None) -> bool:
    """libvirt writes the newest version of a family for its short name; that version stays."""
    return wanted == found or (wanted in MACHINES and family(found) == wanted)


class _Firmware(codec.Codec):
    """libvirt says it where it picks the files; where somebody else did, their type tells it."""

    _KINDS: ClassVar = {"pflash": "efi", "rom": "bios"}

    def read(self, spot: Spot) -> str | None:
        return self._KINDS.get(spot.text or "", spot.text)


def _feature(name: str, doc: str) -> Field:
    return Field(
        name,
        doc,
        type="bool",
        at=f"os/firmware/feature[name={name.replace('_', '-')}]/@enabled",
        codec=codec.YES_NO,
        only={"firmware": ("efi",)},
        apply=Apply.RESTART,
    )


BOOT = (
    Field(
        "firmware",
        "Firmware of the machine: V(bios), or V(efi), which needs a package such as C(ovmf) on "
        "the node; libvirt picks the files. A machine with an O(boot.loader) of the type "
        "V(pflash) has UEFI as well.",
        at=("os/@firmware", "os/loader/@type"),
        codec=_Firmware(),
        choices=("bios", "efi"),
        absent="bios",
        # A running machine has the files that libvirt picked.
        expands=True,
        apply=Apply.RECREATE,
    ),
    Field(
        "os_type",
        "What the machine runs: V(hvm) is an operating system for real hardware, V(exe) a "
        "container, and the others are kinds of guests of Xen and of user mode Linux.",
        at="os/type",
        choices=("hvm", "exe", "linux", "xen", "xenpvh", "uml"),
        apply=Apply.RECREATE,
        initial_doc="V(hvm), and V(exe) for a container",
    ),
    Field(
        "arch",
        "Architecture of the machine, such as V(x86_64).",
        at="os/type/@arch",
        apply=Apply.RECREATE,
        initial_doc="the architecture of the node",
    ),
    Field(
        "machine",
        "Machine type, such as V(q35) or V(pc). The version that libvirt picks for a short "
        "name stays.",
        at="os/type/@machine",
        same=_same_machine,
        apply=Apply.RESTART,
        initial_doc="V(q35), or V(virt) on ARM, where the hypervisor has machine types",
    ),
    _feature(
        "secure_boot",
        "Whether the firmware can start nothing but what is signed; of O(firmware=efi).",
    ),
    _feature(
        "enrolled_keys",
        "Whether the firmware begins with the keys of common makers, which O(secure_boot) needs to "
        "take effect by itself; of O(firmware=efi).",
    ),
    Field("boot", BOOT_SOURCE.doc, at="os", of=BOOT_SOURCE, apply=Apply.RESTART),
)
