# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret: a key or a password that libvirt keeps for those who need it."""

from __future__ import annotations

import base64
import re

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

# Where libvirt writes what a secret of each type is for.
USAGES = {
    "volume": "usage/volume",
    "ceph": "usage/name",
    "iscsi": "usage/target",
    "tls": "usage/name",
    "vtpm": "usage/name",
}
VALUES = ("value", "value_base64", "generate")
# What libvirt's protocol can carry, in bytes.
_LONGEST = 65536
_USAGE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def _usage(text: str) -> None:
    if not _USAGE.fullmatch(text):
        raise ValueError(f"{text!r} is no usage: write it in letters of ASCII, on one line")


def _length(value: bytes) -> None:
    # A message never shows what is in it.
    if not 0 < len(value) <= _LONGEST:
        raise ValueError(f"a value has 1 to {_LONGEST} bytes, and this one has {len(value)}")


def _text(value: str) -> None:
    try:
        plain = value.encode()
    except UnicodeEncodeError:
        plain = None
    if plain is None:
        raise ValueError("is no text: give it as value_base64")
    _length(plain)


def _base64(value: str) -> None:
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError:
        decoded = None
    if decoded is None:
        raise ValueError("is not base64")
    _length(decoded)


_USER = Schema(
    name="user",
    doc="Something that needs a secret.",
    fields=(
        told("kind", "What it is: V(vm), V(pool) or V(volume).", sample="volume"),
        told("name", "Its name, after the pool and a slash of a volume.", sample="default/db1.img"),
        told(
            "encrypts",
            "Whether something is encrypted with the value.",
            type="bool",
            sample=True,
        ),
    ),
)

SECRET = Schema(
    name="secret",
    doc="A key or a password that libvirt keeps for those who need it.",
    tag="secret",
    required_one_of=(("usage", "uuid"),),
    required_together=(("type", "usage"),),
    mutually_exclusive=(VALUES,),
    fields=(
        Field(
            "ephemeral",
            "Whether libvirt keeps it in memory only: it is gone when libvirt restarts.",
            type="bool",
            at="@ephemeral",
            codec=codec.YES_NO,
            apply=Apply.LIVE,
        ),
        Field(
            "private",
            "Whether libvirt shows its value to nobody, root included. It can be made so, and not "
            "be undone.",
            type="bool",
            at="@private",
            codec=codec.YES_NO,
            apply=Apply.LIVE,
        ),
        Field(
            "uuid",
            "UUID of the secret. One that exists keeps its own.",
            at="uuid",
            codec=codec.LOWER,
            check=names.uuid,
            owner=Owner.FILLED,
            apply=Apply.RECREATE,
            sample="4dea22b3-1d52-4f65-9c9e-b6f7ab8f3d11",
        ),
        Field(
            "description",
            "What it is for, in words for people.",
            at="description",
            apply=Apply.LIVE,
        ),
        Field(
            "type",
            "What it is used for: to open an encrypted volume (V(volume)), to log in to Ceph "
            "(V(ceph)) or iSCSI (V(iscsi)), to open a private key of TLS (V(tls)) or the state of "
            "an emulated TPM (V(vtpm)).",
            at="usage/@type",
            choices=tuple(USAGES),
            apply=Apply.RECREATE,
        ),
        Field(
            "usage",
            "What tells it from others of its O(type), and what other options name it by: of "
            "V(volume) the path of the volume, of all else a name that you choose.",
            at=USAGES,
            by="type",
            check=_usage,
            apply=Apply.RECREATE,
        ),
        Field(
            "value",
            "Its value, as text. A key of Ceph is given as O(value_base64).",
            codec=codec.RAW,
            check=_text,
            no_log=True,
            apply=Apply.LIVE,
        ),
        Field(
            "value_base64",
            "Its value in base64, as Ceph prints its keys; it may be any bytes.",
            codec=codec.RAW,
            check=_base64,
            no_log=True,
            apply=Apply.LIVE,
        ),
        Field(
            "generate",
            "Whether the node makes up a value where the secret has none: 32 random bytes, as 44 "
            "letters of base64. Nobody but libvirt ever has it. A private secret that exists is "
            "taken to have a value.",
            type="bool",
            codec=codec.RAW,
        ),
        Field(
            "has_value",
            "Whether it has a value, as far as that can be known.",
            type="bool",
            owner=Owner.REPORTED,
            sample=True,
        ),
        Field(
            "used_by",
            "What needs it, as far as libvirt knows. Only in M(vmrt.libvirt.secret_info).",
            of=_USER,
            many=True,
            owner=Owner.REPORTED,
        ),
        Field(
            "state",
            "Whether there is such a secret. It is not taken away while a vm, a pool or a volume "
            "needs it.",
            choices=("present", "absent"),
            default="present",
        ),
        Field(
            "force",
            "Whether a secret that something needs is taken away all the same, or gets another "
            "value although something is encrypted with the one that it has. What it opened can "
            "not be read any more without the value.",
            type="bool",
            codec=codec.RAW,
            default=False,
        ),
    ),
)

SECRET_INFO = Schema(
    name="secret_info",
    doc="Which secrets to read.",
    fields=(
        Field(
            "type",
            "What they are used for; without it, secrets of all types are read.",
            choices=tuple(USAGES),
        ),
        Field("usage", "What tells one from others of its type.", check=_usage),
        Field("uuid", "UUID of one.", codec=codec.LOWER, check=names.uuid),
        Field(
            "secrets",
            "The secrets, in the order of their types and usages, without their values.",
            type="list",
            of=SECRET,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
