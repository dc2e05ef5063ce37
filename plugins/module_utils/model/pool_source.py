# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a pool is made of: a device, a share, a volume group, an adapter, a cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_network import secret_fields
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.address import HostPci
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
    said,
)

# The kinds that are used over a network, without anything on the node.
_REMOTE = ("iscsi-direct", "rbd")
_ON_DEVICES = ("fs", "logical", "disk", "iscsi", "iscsi-direct", "zfs")
# The kinds whose source is one device.
ONE_DEVICE = ("fs", "disk", "iscsi", "iscsi-direct")
# What a new pool of a kind can not do without.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "fs": ("devices",),
    "netfs": ("hosts", "dir"),
    "disk": ("devices",),
    "iscsi": ("hosts", "devices"),
    "iscsi-direct": ("hosts", "devices", "initiator"),
    "scsi": ("adapter",),
    "rbd": ("hosts", "source_name"),
}
_FILE_SYSTEMS = (
    *("auto", "ext2", "ext3", "ext4", "ufs", "iso9660", "udf", "gfs", "gfs2", "vfat", "hfs+"),
    *("xfs", "ocfs2", "vmfs"),
)
# The formats that a kind knows.
FORMATS: Mapping[str, tuple[str, ...]] = {
    "fs": _FILE_SYSTEMS,
    "netfs": ("auto", "nfs", "glusterfs", "cifs"),
    "logical": ("unknown", "lvm2"),
    "disk": ("unknown", "dos", "dvh", "gpt", "mac", "bsd", "pc98", "sun", "lvm2"),
}
# What a kind calls the secret with which it logs in.
AUTH_TYPES: Mapping[str, str] = {"iscsi": "chap", "iscsi-direct": "chap", "rbd": "ceph"}
_IQN = re.compile(r"iqn\.[0-9]{4}-(0[1-9]|1[0-2])\.[a-zA-Z0-9.-]+(:[!-~]+)?")
_SHARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./ $-]{0,254}")
_OPTION = re.compile(r"[!-+\--~]+")
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,2})?")


def iqn(text: str) -> None:
    """A qualified name of iSCSI."""
    if not _IQN.fullmatch(text):
        raise ValueError(
            f"{text!r} is no qualified name: write it as iqn.2013-06.com.example:disks"
        )


def _device(text: str) -> None:
    if text.startswith("iqn."):
        iqn(text)
    elif text.startswith("/"):
        names.path(text)
    else:
        names.word(text)


def _share(text: str) -> None:
    if text.startswith("/"):
        names.path(text)
    elif not _SHARE.fullmatch(text) or ".." in text.split("/"):
        raise ValueError(f"{text!r} is neither an absolute path nor the name of a share")


def _mount_option(text: str) -> None:
    if not _OPTION.fullmatch(text):
        raise ValueError(f"{text!r} is not one option: write each as an item of its own")


def _protocol_version(text: str) -> None:
    if not _VERSION.fullmatch(text):
        raise ValueError(f"{text!r} is no version: write it in quotes, as '4.1'")


def _text(name: str, doc: str, at: str, **more: Any) -> Field:
    return Field(name, doc, at=at, apply=Apply.RESTART, **more)


HOST = Schema(
    name="host",
    doc="A server of the pool.",
    fields=(
        _text("name", "Name or address of the server.", "@name", required=True, check=names.host),
        replace(count("port", "Port of the server.", "@port"), check=names.port),
    ),
)

_EXTENT = Schema(
    name="extent",
    doc="A part of a device that is free.",
    fields=tuple(
        Field(name, doc, type="int", at=f"@{name}", codec=codec.INT, owner=Owner.REPORTED)
        for name, doc in (("start", "Its first byte."), ("end", "The byte behind it."))
    ),
)

DEVICE = Schema(
    name="device",
    doc="A device that the pool is made of.",
    fields=(
        _text(
            "path",
            "Path of the device on the node. One below C(/dev/disk/by-id) stays the same whatever "
            "else is plugged in. Of iSCSI it is the qualified name of the target.",
            "@path",
            required=True,
            check=_device,
        ),
        _text(
            "part_separator",
            "Whether a C(p) stands before the number of a partition of a device whose name does "
            "not end in a digit. Only for device mappers with names of their own.",
            "@part_separator",
            type="bool",
            codec=codec.YES_NO,
        ),
        Field(
            "free_extents",
            "The parts of the device that are free.",
            at="freeExtent",
            of=_EXTENT,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)


def _wwn(name: str, doc: str) -> Field:
    return _text(
        name, doc, f"@{name}", codec=codec.LOWER, check=names.wwn, only={"type": ("fc_host",)}
    )


ADAPTER = Schema(
    name="adapter",
    doc="The SCSI host adapter whose disks are the volumes of the pool.",
    mutually_exclusive=(("name", "address"), ("name", "unique_id")),
    fields=(
        _text(
            "type",
            "Whether it is any adapter of the node (V(scsi_host)), or a virtual one of a Fibre "
            "Channel adapter (V(fc_host)).",
            "@type",
            choices=("scsi_host", "fc_host"),
        ),
        _text(
            "name",
            "Name of the adapter, such as V(scsi_host2). The node may count its adapters "
            "differently after a restart; O(ignore:address) always means the same.",
            "@name",
            check=names.word,
            only={"type": (None, "scsi_host")},
        ),
        _text(
            "address",
            "Place of the adapter on the node's PCI bus, such as C(0000:00:1f.2).",
            "parentaddr/address",
            codec=HostPci(),
            only={"type": (None, "scsi_host")},
        ),
        replace(
            count(
                "unique_id",
                "Number that tells one of several adapters at O(ignore:address) from the others.",
                "parentaddr/@unique_id",
            ),
            only={"address": ()},
        ),
        _text(
            "parent",
            "Name of the adapter that the virtual one is of, such as V(scsi_host3).",
            "@parent",
            check=names.word,
            only={"type": ("fc_host",)},
        ),
        _text(
            "managed",
            "Whether libvirt takes the virtual adapter away when the pool is stopped.",
            "@managed",
            type="bool",
            codec=codec.YES_NO,
            only={"type": ("fc_host",)},
        ),
        _wwn("parent_wwnn", "World-wide node name of the adapter that the virtual one is of."),
        _wwn("parent_wwpn", "World-wide port name of the adapter that the virtual one is of."),
        _wwn("parent_fabric_wwn", "World-wide name of the fabric that it is plugged into."),
        _wwn("wwnn", "World-wide node name of the virtual adapter."),
        _wwn("wwpn", "World-wide port name of the virtual adapter."),
    ),
    required_together=(("parent_wwnn", "parent_wwpn"), ("wwnn", "wwpn")),
)

AUTH = Schema(
    name="auth",
    doc="As whom the node logs in to the servers of the pool. The password is one of libvirt's "
    "secrets: see M(vmrt.libvirt.secret).",
    required_one_of=(("secret_uuid", "secret_usage"),),
    mutually_exclusive=(("secret_uuid", "secret_usage"),),
    fields=(
        _text(
            "type",
            "How it logs in: V(chap) to iSCSI, V(ceph) to RBD.",
            "@type",
            choices=("chap", "ceph"),
            required=True,
        ),
        _text("username", "Name of the user.", "@username", required=True, check=names.word),
        *secret_fields("secret", names.one_line),
    ),
)


def _list(name: str, doc: str, at: str, of: Schema, kinds: tuple[str, ...]) -> Field:
    return Field(
        name,
        doc,
        at=at,
        of=of,
        many=True,
        same=said,
        apply=Apply.RESTART,
        only={"type": kinds},
    )


def _of(
    kinds: tuple[str, ...],
    name: str,
    doc: str,
    at: str,
    check: Callable[[Any], None] | None = None,
    **more: Any,
) -> Field:
    """An option that only some kinds of pools have."""
    return Field(
        name, doc, at=at, check=check, apply=Apply.RESTART, **{"only": {"type": kinds}, **more}
    )


SOURCE_FIELDS = (
    _list(
        "hosts",
        "Servers that hold the pool; of most kinds it is one.",
        "source/host",
        HOST,
        ("netfs", "iscsi", *_REMOTE),
    ),
    _list(
        "devices",
        "What the pool is made of. V(logical) and V(zfs) take several devices, and need them only "
        "to be built.",
        "source/device",
        DEVICE,
        _ON_DEVICES,
    ),
    _of(
        ("netfs",),
        "dir",
        "Folder that the server shares, or the name of the share with the formats V(cifs) and "
        "V(glusterfs).",
        "source/dir/@path",
        _share,
    ),
    Field(
        "adapter",
        ADAPTER.doc,
        at="source/adapter",
        of=ADAPTER,
        apply=Apply.RESTART,
        only={"type": ("scsi",)},
    ),
    _of(
        ("logical", "rbd", "zfs"),
        "source_name",
        "Name of the volume group, of Ceph's pool, or of the zpool.",
        "source/name",
        names.one_line,
        initial_doc="the name of the pool, unless its kind is V(rbd)",
    ),
    _of(
        ("iscsi", "iscsi-direct"),
        "initiator",
        "Qualified name of the node towards the iSCSI server.",
        "source/initiator/iqn/@name",
        iqn,
    ),
    _of(
        tuple(FORMATS),
        "format",
        "Format of what the pool is made of: of V(fs) the file system, of V(netfs) the protocol "
        "(V(auto), V(nfs), V(glusterfs) or V(cifs)), of V(disk) the partition table (V(gpt) and "
        "its like), of V(logical) always V(lvm2).",
        "source/format/@type",
        choices=tuple(dict.fromkeys(one for known in FORMATS.values() for one in known)),
    ),
    Field(
        "auth",
        AUTH.doc,
        at="source/auth",
        of=AUTH,
        apply=Apply.RESTART,
        only={"type": tuple(AUTH_TYPES)},
    ),
    _of(
        ("netfs",),
        "protocol_version",
        "Version of NFS that is spoken, in quotes, such as V('4.1').",
        "source/protocol/@ver",
        _protocol_version,
        only={"type": ("netfs",), "format": (None, "auto", "nfs")},
    ),
    *(
        _of(
            ("dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi"),
            name,
            f"{what} of the storage, for those who read the definition.",
            f"source/{name}/@name",
        )
        for name, what in (("vendor", "Maker"), ("product", "Product name"))
    ),
)

MORE_FIELDS = (
    _of(
        ("rbd",),
        "volume_allocation",
        "How the room is found that a volume takes: V(default) adds up what is written, which "
        "takes long for large volumes, V(capacity) takes all of its size for it.",
        "refresh/volume/@allocation",
        choices=("default", "capacity"),
    ),
    _of(
        ("fs", "netfs"),
        "mount_options",
        "Options of mount for the file system besides those that libvirt gives. They can be read "
        "by everybody on the node: a password belongs in a file that an option such as "
        "V(credentials=/etc/share.cred) names.",
        "fs:mount_opts/fs:option/@name",
        _mount_option,
        type="list",
        elements="str",
    ),
    _of(
        ("rbd",),
        "config_options",
        "Options of the Ceph client, by their names in its configuration.",
        "rbd:config_opts",
        type="dict",
        codec=codec.Entries("rbd:option", value="value"),
    ),
)
