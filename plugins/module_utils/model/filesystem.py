# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Folders of the node in a vm."""

from __future__ import annotations

from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.device import (
    DEVICE_STATE,
    address_field,
    name_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import (
    VIRTIO_MODELS,
    acpi_index_field,
    boot_fields,
    count,
    switch,
    virtio_fields,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

BINARY = Schema(
    name="binary",
    doc="The program that serves a folder by virtiofs.",
    fields=(
        Field(
            "path",
            "Path of the program.",
            at="@path",
            check=names.path,
            apply=Apply.REPLUG,
            initial_doc="the one that the node has",
        ),
        switch("xattr", "Whether extended attributes are kept.", "@xattr", Apply.REPLUG),
        Field(
            "cache",
            "Whether the guest keeps what it read.",
            at="cache/@mode",
            choices=("none", "always"),
            apply=Apply.REPLUG,
        ),
        Field(
            "sandbox",
            "How the program is kept away from the rest of the node.",
            at="sandbox/@mode",
            choices=("namespace", "chroot"),
            apply=Apply.REPLUG,
        ),
        switch("lock_posix", "Whether POSIX locks hold on the node.", "lock/@posix", Apply.REPLUG),
        switch("lock_flock", "Whether flock holds on the node.", "lock/@flock", Apply.REPLUG),
        count(
            "thread_pool",
            "Number of threads that serve the guest.",
            "thread_pool/@size",
            Apply.REPLUG,
        ),
    ),
)


def _choice(name: str, doc: str, place: str, *choices: str, **more: Any) -> Field:
    return Field(name, doc, at=place, choices=choices, apply=Apply.REPLUG, **more)


def _mode(name: str, what: str) -> Field:
    return Field(
        name,
        f"Permissions of new {what} where O(ignore:access_mode) is V(mapped) or V(squash), such "
        "as C('0644').",
        at=f"@{name}",
        codec=codec.MODE,
        check=names.mode,
        apply=Apply.REPLUG,
    )


FILESYSTEM = Schema(
    name="filesystem",
    doc="A folder of the node that a guest can mount. V(virtiofs) can be plugged and unplugged "
    "under a running vm and needs shared memory; every other driver waits for a restart.",
    key="name",
    adopt=("target",),
    derive=lambda values: str(values.get("target")),
    hotplug=True,
    mutually_exclusive=(
        *(("path", "socket"), ("path", "template"), ("path", "size")),
        *(("socket", "template"), ("socket", "size"), ("template", "size")),
    ),
    fields=(
        Field(
            "type",
            "What the source is, found from the other options: a folder is V(mount). V(file) and "
            "V(block) hold a file system and, with V(bind), V(template) and V(ram), are for "
            "containers.",
            at="@type",
            choices=("mount", "template", "file", "block", "ram", "bind"),
            owner=Owner.FILLED,
            apply=Apply.REPLUG,
        ),
        DEVICE_STATE,
        _choice(
            "access_mode",
            "As whom the node's files are accessed: as the user of the guest (V(passthrough)), or "
            "with owners kept beside the files (V(mapped)), or V(squash), which goes on where an "
            "owner can not be set.",
            "@accessmode",
            *("passthrough", "mapped", "squash"),
        ),
        _choice("model", "Generation of the virtio device.", "@model", *VIRTIO_MODELS),
        _choice(
            "multidevs",
            "What 9p does with a folder of several file systems.",
            "@multidevs",
            *("default", "remap", "forbid", "warn"),
            absent="default",
        ),
        _mode("fmode", "files"),
        _mode("dmode", "folders"),
        _choice(
            "driver",
            "What serves the folder: V(path) is 9p, V(virtiofs) is faster; the others are for "
            "containers.",
            "driver/@type",
            *("path", "handle", "virtiofs", "loop", "nbd", "ploop"),
        ),
        Field(
            "format",
            "Format of a file that holds a file system.",
            at="driver/@format",
            choices=("raw", "qcow2", "ploop"),
            only={"driver": ("loop", "nbd", "ploop")},
            apply=Apply.REPLUG,
        ),
        _choice(
            "wrpolicy",
            "V(immediate) writes to the node's disk at once.",
            "driver/@wrpolicy",
            "immediate",
            only={"driver": ("path", "handle")},
        ),
        count("queue", "Requests that fit into a queue of virtiofs.", "driver/@queue"),
        *virtio_fields(),
        Field("binary", BINARY.doc, at="binary", of=BINARY, apply=Apply.REPLUG),
        Field(
            "path",
            "Absolute path of the folder on the node; of a file or block device where the type is "
            "one.",
            at={
                "": "source/@dir",
                "mount": "source/@dir",
                "bind": "source/@dir",
                "file": "source/@file",
                "block": "source/@dev",
            },
            by="type",
            check=names.path,
            apply=Apply.REPLUG,
        ),
        Field(
            "socket",
            "Path of the socket of a virtiofs server that somebody else started.",
            at={"": "source/@socket", "mount": "source/@socket"},
            by="type",
            check=names.path,
            apply=Apply.REPLUG,
        ),
        Field(
            "template",
            "Name of the template of a container's file system.",
            at={"template": "source/@name"},
            by="type",
            check=names.word,
            apply=Apply.RESTART,
        ),
        Field(
            "size",
            "Size of a container's file system in memory.",
            at={"ram": "source/@usage"},
            by="type",
            codec=codec.MEMORY,
            apply=Apply.RESTART,
        ),
        Field(
            "target",
            "Tag by which the guest mounts it, such as C(mount -t virtiofs TAG /mnt); the path in "
            "a container.",
            at="target/@dir",
            apply=Apply.RECREATE,
            owner=Owner.FILLED,
            initial_doc="the name",
        ),
        Field(
            "readonly",
            "Whether the guest can only read it.",
            type="bool",
            at="readonly",
            codec=codec.PRESENCE,
            apply=Apply.REPLUG,
        ),
        Field(
            "space_hard_limit",
            "Most space that a container may use in it.",
            at="space_hard_limit",
            codec=codec.CAPACITY,
            apply=Apply.RESTART,
        ),
        Field(
            "space_soft_limit",
            "Space that a container may use in it, and exceed for a while.",
            at="space_soft_limit",
            codec=codec.CAPACITY,
            apply=Apply.RESTART,
        ),
        *boot_fields("device"),
        name_field("file system"),
        acpi_index_field(),
        address_field(),
    ),
)
