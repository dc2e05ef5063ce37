# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vm that moves to another node."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

SHARED, COPIED = "shared", "copied"
NONE, OWNED = "none", "owned"
# Pools that several nodes see.
NETWORK_POOLS = (
    *("gluster", "iscsi", "iscsi-direct", "mpath", "netfs", "rbd", "scsi", "sheepdog", "vstorage"),
)

PROGRESS = Schema(
    name="migration",
    doc="What libvirt measured of a running vm that was moved.",
    fields=(
        told(
            "duration",
            "How long it took, in milliseconds, as its node saw it.",
            type="int",
            sample=1713,
        ),
        told("downtime", "How long the guest stood still, in milliseconds.", type="int", sample=21),
        told("data_total", "Bytes of memory and disks that it has.", type="int", sample=402653184),
        told("data_processed", "Bytes that were sent.", type="int", sample=97517568),
        told("memory_total", "Bytes of its memory.", type="int", sample=134217728),
        told(
            "memory_processed", "Bytes of its memory that were sent.", type="int", sample=30408704
        ),
        told("disk_total", "Bytes of its disks.", type="int", sample=268435456),
        told("disk_processed", "Bytes of its disks that were sent.", type="int", sample=67108864),
        told("memory_passes", "How often memory was gone through.", type="int", sample=3),
    ),
)


def _flag(name: str, doc: str, **more: Any) -> Field:
    return Field(name, doc, type="bool", codec=codec.RAW, **more)


def _number(name: str, doc: str) -> Field:
    return Field(name, doc, type="int", codec=codec.INT, check=names.positive)


_WHAT = (
    Field("name", "Name of the vm.", required=True, check=names.name),
    Field(
        "destination",
        "URI of the libvirt that the vm goes to, as its node reaches it. Over SSH, root of the "
        "node has to be let in without questions.",
        required=True,
        check=names.uri,
    ),
    Field(
        "timeout",
        "Longest time that a running vm may take to move, in seconds. After it the move is given "
        "up, and the vm runs on where it was. Without it, the move takes as long as it takes.",
        type="int",
        codec=codec.INT,
        check=names.positive,
    ),
)
_DISKS = (
    Field(
        "storage",
        [
            "Whether both nodes see the same disks, V(shared), or each disk is copied, V(copied). "
            "Without it, disks in pools of network storage (such as V(netfs) and V(rbd)) are "
            "shared, and those in other pools are copied.",
            "A disk that is copied gets a volume of the same name in the pool of the same name. "
            "A volume that is there already is never written over; an image that is below a disk, "
            "or in a drive, is used if it is the same there, and else copied before.",
        ],
        choices=(SHARED, COPIED),
    ),
    Field(
        "disks",
        "Targets of the disks that are copied, such as V(vda). All others are shared.",
        type="list",
        elements="str",
        check=names.target,
    ),
    Field(
        "delete_disks",
        "What becomes of the copied disks on the node that the vm leaves. V(owned) removes the "
        "volumes that were made for this vm and that nothing else uses, after it has arrived. "
        "A seed that was made for it goes in any case.",
        choices=(NONE, OWNED),
        default=NONE,
    ),
)
_WAY = (
    _flag(
        "live",
        "Whether the guest goes on while it moves; V(false) halts it meanwhile. A vm that runs is "
        "moved live unless this says V(false). Of a vm that is off, the definition moves.",
    ),
    _flag(
        "peer2peer",
        "Whether the two libvirts talk to each other, and not by way of this module.",
        default=True,
    ),
    _flag(
        "tunnelled",
        "Whether memory goes through the connection of the two libvirts as well. It is slower, "
        "needs no port of its own, and copies no disks.",
        default=False,
    ),
    _flag(
        "tls",
        "Whether memory and disks are encrypted by QEMU, for which both nodes need certificates.",
        default=False,
    ),
    Field(
        "migrate_uri",
        "Where memory is sent to, such as V(tcp://192.0.2.2). Without it, the destination tells "
        "its host name, which the node has to know.",
        check=names.uri,
    ),
    Field(
        "listen_address",
        "Address on which the destination waits for memory and disks.",
        check=names.host,
    ),
)
_PACE = (
    Field(
        "bandwidth",
        "Most that is sent in a second, as a number with the unit MiB or GiB; it is rounded up to "
        "whole MiB.",
        codec=codec.MEMORY,
    ),
    _number("max_downtime", "Longest time that the guest may stand still, in milliseconds."),
    _flag(
        "auto_converge",
        "Whether a guest that changes its memory faster than it is sent is slowed down.",
        default=False,
    ),
    _flag(
        "post_copy",
        "Whether the guest goes on at the destination once its memory was sent through once, and "
        "gets the rest as it needs it. It surely arrives, and is lost if the connection breaks "
        "before all has come. From there on O(timeout) does not end it.",
        default=False,
    ),
    Field(
        "compression",
        "Ways to compress memory that is sent.",
        type="list",
        elements="str",
        choices=("xbzrle", "mt", "zlib", "zstd"),
    ),
    _flag(
        "unsafe",
        "Whether to move a vm although libvirt can not tell that its disks are safe, because of "
        "their cache, or of a file system of which it does not know that it is shared.",
        default=False,
    ),
)

VM_MIGRATE = Schema(
    name="vm_migrate",
    doc="Where a vm goes, and how.",
    mutually_exclusive=(("storage", "disks"),),
    fields=(
        *_WHAT,
        *_DISKS,
        *_WAY,
        *_PACE,
        told("node", "Host name of the node that has the vm after the run.", sample="node2"),
        told(
            "phase",
            "What the vm does there: V(Running), V(Paused), V(Stopped), V(Suspended), "
            "V(Stopping) or V(Error).",
            sample="Running",
        ),
        Field(
            "migration",
            PROGRESS.doc,
            type="dict",
            of=PROGRESS,
            owner=Owner.REPORTED,
        ),
    ),
)
