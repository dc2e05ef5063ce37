# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is behind a disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_network import (
    NETWORK_DISK,
    secret_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count, number
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import HostPci
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    said,
)

_PATHS = {
    "": "source/@file",
    "file": "source/@file",
    "block": "source/@dev",
    "dir": "source/@dir",
}
# The options that tell the type of a source, and the type.
TELLING: Mapping[str, str] = {"network": "network", "nvme": "nvme", "vhost_user": "vhostuser"}
# Of which none is said, it is a file.
_FILE = ("file", None)
# A path may be that of a volume.
_OF_POOLS = {"type": (*_FILE, "block", "volume")}
_KEPT = (*_FILE, "block", "dir", "volume", "nvme")

NVME = Schema(
    name="nvme",
    doc="A namespace of an NVMe device of the node, which the vm uses without the node's kernel.",
    constant={"@type": "pci"},
    fields=(
        replace(
            count("namespace", "Number of the namespace, from 1.", "@namespace"), required=True
        ),
        Field(
            "managed",
            "Whether libvirt takes the device from the node's kernel by itself.",
            type="bool",
            at="@managed",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "address",
            "Place of the device on the node's PCI bus, such as C(0000:03:00.0).",
            at="address",
            codec=HostPci(),
            required=True,
            apply=Apply.RESTART,
        ),
    ),
)

VHOST_USER = Schema(
    name="vhost_user",
    doc="A program of the node that serves the disk over a vhost-user socket; the vm needs shared "
    "memory for it.",
    constant={"@type": "unix"},
    fields=(
        Field(
            "socket",
            "Path of the socket.",
            at="@path",
            required=True,
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field(
            "reconnect",
            "Whether QEMU connects again when the program was started anew.",
            type="bool",
            at="reconnect/@enabled",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        number("reconnect_timeout", "Time in seconds between two attempts.", "reconnect/@timeout"),
    ),
    required_together=(("reconnect", "reconnect_timeout"),),
)

SLICE = Schema(
    name="slice",
    doc="The part of the source that is the disk.",
    constant={"@type": "storage"},
    fields=(
        replace(number("offset", "Where it begins, in bytes.", "@offset"), required=True),
        replace(count("size", "How long it is, in bytes.", "@size"), required=True),
    ),
)

ENCRYPTION = Schema(
    name="encryption",
    doc="How the data of a disk is encrypted. Its passphrase is a secret of libvirt.",
    constant={"secret/@type": "passphrase"},
    required_one_of=(("secret_uuid", "secret_usage"),),
    mutually_exclusive=(("secret_uuid", "secret_usage"),),
    fields=(
        Field(
            "format",
            "Format of the encryption.",
            at="@format",
            choices=("luks", "luks2", "qcow", "default"),
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "engine",
            "What decrypts the disk; V(librbd) is for disks of RBD.",
            at="@engine",
            choices=("qemu", "librbd"),
            apply=Apply.RESTART,
        ),
        *secret_fields("secret"),
    ),
)

SECLABEL = Schema(
    name="seclabel",
    doc="How a security driver of the node labels the source of a disk.",
    fields=(
        Field(
            "model",
            "Security driver, such as C(selinux), C(apparmor) or C(dac).",
            at="@model",
            apply=Apply.RESTART,
        ),
        Field(
            "relabel",
            "Whether libvirt labels the source when the vm starts.",
            type="bool",
            at="@relabel",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field("label", "Label that the source gets.", at="label", apply=Apply.RESTART),
    ),
)

RESERVATIONS = Schema(
    name="reservations",
    doc="Persistent reservations of a SCSI block device by the guest.",
    fields=(
        Field(
            "managed",
            "Whether libvirt starts the helper that makes them.",
            type="bool",
            at="@managed",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "socket",
            "Path of the socket of a helper that somebody else started.",
            at="source/@path",
            codec=codec.Beside({"type": "unix", "mode": "client"}),
            check=names.path,
            apply=Apply.RESTART,
        ),
    ),
)


def source_type(apply: Apply = Apply.RESTART) -> Field:
    """How libvirt reaches a source."""
    return Field(
        "type",
        "How libvirt reaches the source, found from the other options: V(file) and V(block) from "
        "the path, V(network), V(nvme) and V(vhostuser) from the options O(ignore:network), "
        "O(ignore:nvme) and O(ignore:vhost_user). V(dir) makes a FAT file system of a folder, and "
        "V(volume) has libvirt look up the volume of a pool each time the vm starts.",
        at="@type",
        choices=("file", "block", "dir", "network", "nvme", "vhostuser", "volume"),
        owner=Owner.FILLED,
        apply=apply,
    )


def path_field(doc: str, apply: Apply = Apply.RESTART, may_be_empty: bool = False) -> Field:
    """The path of a source on the node."""
    return Field(
        "path",
        doc,
        at=_PATHS,
        by="type",
        codec=codec.EJECTABLE if may_be_empty else codec.TEXT,
        check=names.path_or_nothing if may_be_empty else names.path,
        apply=apply,
    )


def remote_fields(apply: Apply = Apply.RESTART) -> tuple[Field, ...]:
    """A source that is no path."""
    return (
        Field(
            "network",
            NETWORK_DISK.doc,
            at={"network": "source"},
            by="type",
            of=NETWORK_DISK,
            apply=apply,
        ),
        Field("nvme", NVME.doc, at={"nvme": "source"}, by="type", of=NVME, apply=apply),
    )


def vhost_user_field() -> Field:
    """A source that a program serves."""
    return Field(
        "vhost_user",
        VHOST_USER.doc,
        at={"vhostuser": "source"},
        by="type",
        of=VHOST_USER,
        apply=Apply.RESTART,
    )


def volume_field(doc: str, **more: object) -> Field:
    """The volume, kept by name where libvirt is to look it up."""
    return Field(
        "volume",
        doc,
        at={"volume": "source/@volume"},
        by="type",
        only=_OF_POOLS,
        apply=Apply.RESTART,
        check=names.name,
        **more,  # type: ignore[arg-type]
    )


def pool_field(doc: str, **more: object) -> Field:
    """The pool of the volume."""
    return Field(
        "pool",
        doc,
        at={"volume": "source/@pool"},
        by="type",
        only=_OF_POOLS,
        apply=Apply.RESTART,
        check=names.name,
        **more,  # type: ignore[arg-type]
    )


SOURCE_FIELDS = (
    Field(
        "volume_mode",
        "Where a volume of an iSCSI pool is opened: as a block device of the V(host), or by "
        "QEMU itself, V(direct).",
        at={"volume": "source/@mode"},
        by="type",
        choices=("host", "direct"),
        apply=Apply.RESTART,
    ),
    Field(
        "startup_policy",
        "What happens when the source is missing at the start of the vm: it fails "
        "(V(mandatory)), it fails unless the vm was migrated (V(requisite)), or it goes on "
        "without (V(optional), for drives).",
        at="source/@startupPolicy",
        choices=("mandatory", "requisite", "optional"),
        only={"type": _KEPT},
        apply=Apply.LIVE,
    ),
    Field(
        "fd_group",
        "Name of file descriptors that were handed to libvirt for the source.",
        at="source/@fdgroup",
        only={"type": _FILE},
        apply=Apply.RESTART,
    ),
    Field(
        "slice",
        SLICE.doc,
        at="source/slices/slice",
        of=SLICE,
        only={"type": (*_KEPT, "network")},
        apply=Apply.RESTART,
    ),
    Field(
        "encryption",
        ENCRYPTION.doc,
        at="source/encryption",
        of=ENCRYPTION,
        only={"type": (*_KEPT, "network")},
        apply=Apply.RESTART,
    ),
    Field(
        "reservations",
        RESERVATIONS.doc,
        at="source/reservations",
        of=RESERVATIONS,
        only={"type": ("block",)},
        apply=Apply.RESTART,
    ),
    Field(
        "seclabels",
        "Labels of the source, one for each security driver.",
        at="source/seclabel",
        of=SECLABEL,
        same=said,
        many=True,
        only={"type": (*_FILE, "block", "volume")},
        apply=Apply.RESTART,
    ),
)
