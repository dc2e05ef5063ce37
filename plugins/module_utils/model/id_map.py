# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users and groups of a container, as the node sees them."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field, Schema


def _number(name: str, doc: str) -> Field:
    return Field(
        name, doc, type="int", at=f"@{name}", codec=codec.INT, required=True, apply=Apply.RESTART
    )


_RANGE = Schema(
    name="id_range",
    doc="Numbers that follow each other.",
    fields=(
        _number("start", "The first, in the container."),
        _number("target", "What that is on the node."),
        _number("count", "How many there are."),
    ),
)

_ID_MAP = Schema(
    name="id_map",
    doc="What users and groups of a container are on the node.",
    fields=(
        Field("uid", "Users.", at="uid", of=_RANGE, many=True, apply=Apply.RESTART),
        Field("gid", "Groups.", at="gid", of=_RANGE, many=True, apply=Apply.RESTART),
    ),
)

ID_MAP = (
    Field(
        "id_map",
        _ID_MAP.doc,
        at="idmap",
        of=_ID_MAP,
        only={"os_type": ("exe",)},
        apply=Apply.RESTART,
    ),
)
