# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The layers below a disk that is an overlay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.model.disk_source import (
    SOURCE_FIELDS,
    path_field,
    pool_field,
    remote_fields,
    source_type,
    volume_field,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

FORMATS = (
    *("qcow2", "raw", "qcow", "qed", "vmdk", "vdi", "vpc", "vhd", "cow", "bochs", "cloop", "dmg"),
    *("iso", "luks", "ploop", "fat", "dir"),
)


def cache_field(place: str) -> Field:
    """The cache of a format's own tables."""
    return Field(
        "metadata_cache_size",
        "How much of a qcow2 image's tables QEMU keeps in memory, as a number with the unit KiB, "
        "MiB or GiB.",
        at=f"{place}/metadata_cache/max_size",
        codec=codec.CAPACITY,
        apply=Apply.RESTART,
    )


LAYER = Schema(
    name="layer",
    doc="A layer below a disk.",
    fields=(
        source_type(),
        Field(
            "format",
            "Format of the layer's data.",
            at="format/@type",
            choices=FORMATS,
            apply=Apply.RESTART,
        ),
        cache_field("format"),
        path_field("Absolute path of a file or a block device on the node."),
        *remote_fields(),
        pool_field("Pool that holds the volume."),
        volume_field("Name of a volume."),
        *SOURCE_FIELDS,
    ),
)


def _covers(wanted: Any, found: Any) -> bool:
    """A running vm tells more of its layers than anybody declared, and always where they end."""
    wanted, found = list(wanted), list(found or ())
    if found and not found[-1] and (not wanted or wanted[-1]):
        found.pop()
    return len(wanted) == len(found) and all(map(_agree, wanted, found))


def _agree(wanted: Any, found: Any) -> bool:
    wanted, found = _said(wanted), _said(found)
    return bool(wanted) == bool(found) and all(
        found.get(name) == value for name, value in wanted.items()
    )


def _said(values: Any) -> Any:
    """Without what says nothing."""
    if not isinstance(values, Mapping):
        return values
    told = {name: _said(value) for name, value in values.items()}
    return {name: value for name, value in told.items() if value not in ([], {}, None)}


BACKING = Field(
    "backing",
    "Layers below a disk that is an overlay, from its base on down, where libvirt is not to find "
    "them in the images. An empty layer, C({}), tells that the one before it is the last.",
    at="backingStore+",
    of=LAYER,
    many=True,
    owner=Owner.FILLED,
    apply=Apply.RESTART,
    same=_covers,
)
