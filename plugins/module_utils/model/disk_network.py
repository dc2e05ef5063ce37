# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a disk on the network is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.parts import count
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Schema,
    said,
)

_FILES = ("name", "hosts", "readahead", "timeout")
_SERVED = (*_FILES, "auth")
# The options that a protocol has.
PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "nbd": ("name", "hosts", "tls", "tls_hostname"),
    "iscsi": ("name", "hosts", "auth", "initiator"),
    "rbd": ("name", "hosts", "snapshot", "config", "auth"),
    "sheepdog": _FILES,
    "gluster": ("name", "hosts"),
    "http": (*_SERVED, "query", "cookies"),
    "https": (*_SERVED, "query", "cookies", "ssl_verify"),
    "ftp": _SERVED,
    "ftps": (*_SERVED, "ssl_verify"),
    "tftp": _FILES,
    "vxhs": ("name", "hosts", "tls"),
    "nfs": ("name", "hosts", "identity"),
}
# Where the server knows a default.
UNNAMED = ("nbd", "rbd")

HOST = Schema(
    name="host",
    doc="A server that holds a disk.",
    required_one_of=(("name", "socket"),),
    mutually_exclusive=(("name", "socket"), ("port", "socket")),
    required_if=(("transport", "unix", ("socket",)), ("transport", "rdma", ("name",))),
    fields=(
        Field(
            "transport",
            "How the server is reached.",
            at="@transport",
            choices=("tcp", "rdma", "unix"),
            apply=Apply.RESTART,
        ),
        Field(
            "name",
            "Name or address of the server.",
            at="@name",
            check=names.host,
            apply=Apply.RESTART,
        ),
        count("port", "Port of the server.", "@port"),
        Field(
            "socket",
            "Path of the server's socket, where the transport is V(unix).",
            at="@socket",
            check=names.path,
            apply=Apply.RESTART,
        ),
    ),
)


def secret_fields(place: str, check: Callable[[str], None] | None = None) -> tuple[Field, ...]:
    """Which of libvirt's secrets is meant."""
    return (
        Field(
            "secret_uuid",
            "UUID of the secret.",
            at=f"{place}/@uuid",
            codec=codec.LOWER,
            check=names.uuid,
            apply=Apply.RESTART,
        ),
        Field(
            "secret_usage",
            "What the secret is for, as its definition says.",
            at=f"{place}/@usage",
            check=check,
            apply=Apply.RESTART,
        ),
    )


AUTH = Schema(
    name="auth",
    doc="As whom the node logs in to the server of a disk.",
    required_one_of=(("secret_uuid", "secret_usage"),),
    mutually_exclusive=(("secret_uuid", "secret_usage"),),
    fields=(
        Field(
            "username",
            "Name of the user.",
            at="@username",
            required=True,
            check=names.word,
            apply=Apply.RESTART,
        ),
        Field(
            "secret_type",
            "Kind of the secret that libvirt keeps the password in.",
            at="secret/@type",
            choices=("ceph", "iscsi"),
            required=True,
            apply=Apply.RESTART,
        ),
        *secret_fields("secret", names.one_line),
    ),
)

IDENTITY = Schema(
    name="identity",
    doc="As whom the node reads an NFS share.",
    fields=(
        Field(
            "user",
            "User, by name or with a plus sign by number.",
            at="@user",
            check=names.word,
            apply=Apply.RESTART,
        ),
        Field(
            "group",
            "Group, by name or with a plus sign by number.",
            at="@group",
            check=names.word,
            apply=Apply.RESTART,
        ),
    ),
)

NETWORK_DISK = Schema(
    name="network",
    doc="The source of a disk that a server on the network holds.",
    fields=(
        Field(
            "protocol",
            "How the server is spoken to.",
            at="@protocol",
            choices=tuple(PROTOCOLS),
            required=True,
            apply=Apply.RESTART,
        ),
        Field(
            "name",
            "What the server calls the disk: an export, an image with its pool, a path.",
            at="@name",
            apply=Apply.RESTART,
        ),
        Field("query", "Query behind the name in a URL.", at="@query", apply=Apply.RESTART),
        Field(
            "tls",
            "Whether the connection is encrypted.",
            type="bool",
            at="@tls",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "tls_hostname",
            "Name that the certificate of the server has to have.",
            at="@tlsHostname",
            apply=Apply.RESTART,
        ),
        Field(
            "hosts",
            "Servers that hold the disk; most protocols take one.",
            at="host",
            of=HOST,
            many=True,
            # libvirt writes the port that goes without saying.
            same=said,
            apply=Apply.RESTART,
        ),
        Field(
            "snapshot",
            "Snapshot of an RBD image that is used.",
            at="snapshot/@name",
            check=names.word,
            apply=Apply.RESTART,
        ),
        Field(
            "config",
            "Path of a configuration of RBD.",
            at="config/@file",
            check=names.path,
            apply=Apply.RESTART,
        ),
        Field("auth", AUTH.doc, at="auth", of=AUTH, apply=Apply.RESTART),
        Field(
            "initiator",
            "Name of the node towards an iSCSI server.",
            at="initiator/iqn/@name",
            apply=Apply.RESTART,
        ),
        Field(
            "ssl_verify",
            "Whether the certificate of the server is checked.",
            type="bool",
            at="ssl/@verify",
            codec=codec.YES_NO,
            apply=Apply.RESTART,
        ),
        Field(
            "cookies",
            "Cookies that the server wants, as names and values.",
            type="dict",
            at="cookies",
            codec=codec.Entries("cookie"),
            no_log=True,
            check=names.cookies,
            apply=Apply.RESTART,
        ),
        count("readahead", "Bytes that are read ahead.", "readahead/@size"),
        count(
            "timeout",
            "Time in seconds after which a server is taken not to answer.",
            "timeout/@seconds",
        ),
        Field("identity", IDENTITY.doc, at="identity", of=IDENTITY, apply=Apply.RESTART),
    ),
)
