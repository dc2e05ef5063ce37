# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pool: a folder of the node that holds volumes."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

_MODE = re.compile(r"0?[0-7]{3}")


class _Mode(codec.Codec):
    """Permission bits, four octal digits."""

    def parse(self, value: Any) -> str:
        # YAML takes 0711 for the number 457, which is a mode as well, and another one.
        if not isinstance(value, str) or not _MODE.fullmatch(value):
            raise ValueError(f"{value!r} is not a mode: write octal digits in quotes, as '0711'")
        return value.zfill(4)


def _number(value: int) -> None:
    if not 0 <= value < 2**32 - 1:
        raise ValueError(f"{value} is not the number of a user or a group")


def _folder(name: str, doc: str, **more: Any) -> Field:
    """An option of the folder itself."""
    return Field(name, doc, apply=Apply.RESTART, **more)


POOL = Schema(
    name="pool",
    doc="A folder of the node that holds volumes.",
    tag="pool",
    fields=(
        Field(
            "type",
            "Kind of the pool.",
            at="@type",
            choices=("dir",),
            apply=Apply.RECREATE,
            initial="dir",
        ),
        Field(
            "name",
            "Name of the pool.",
            at="name",
            required=True,
            check=names.name,
            apply=Apply.RECREATE,
        ),
        Field(
            "uuid",
            "UUID of the pool.",
            at="uuid",
            owner=Owner.REPORTED,
            sample="f0a3c1de-7b0b-4a6e-8d55-5e6ba7a9e2c1",
        ),
        _folder(
            "target",
            "Absolute path of the folder, which is made when it is missing. What an earlier "
            "folder holds stays there.",
            at="target/path",
            check=names.pool_target,
            initial_doc="C(/var/lib/libvirt/images) for the pool V(default), and a folder of the "
            "pool's name in it for any other",
        ),
        _folder(
            "mode",
            "Permissions of the folder as octal digits in quotes, such as V('0711').",
            type="raw",
            at="target/permissions/mode",
            codec=_Mode(),
        ),
        _folder(
            "owner",
            "Number of the user that owns the folder.",
            type="int",
            at="target/permissions/owner",
            codec=codec.INT,
            check=_number,
        ),
        _folder(
            "group",
            "Number of the group that owns the folder.",
            type="int",
            at="target/permissions/group",
            codec=codec.INT,
            check=_number,
        ),
        Field(
            "autostart",
            "Whether libvirt starts the pool when it starts itself.",
            type="bool",
            codec=codec.RAW,
            apply=Apply.LIVE,
        ),
        Field(
            "state",
            "What the pool should be. V(present) is defined, and stays active or inactive as it "
            "is. V(absent) is neither; the folder and all that it holds are kept.",
            choices=("present", "active", "inactive", "absent"),
            default="present",
        ),
        Field(
            "capacity",
            "All of its room, while it is active.",
            codec=codec.CAPACITY,
            owner=Owner.REPORTED,
            sample="80GiB",
        ),
        Field(
            "allocation",
            "Its used room, while it is active.",
            codec=codec.CAPACITY,
            owner=Owner.REPORTED,
            sample="38GiB",
        ),
        Field(
            "available",
            "Its free room, while it is active.",
            codec=codec.CAPACITY,
            owner=Owner.REPORTED,
            sample="42GiB",
        ),
    ),
)
