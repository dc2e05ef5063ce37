# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that every module has."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

DEFAULT_URI = "qemu:///system"

_POOL = Schema(
    name="pool",
    doc="A pool that is made.",
    key="name",
    fields=(
        Field("name", "Name of the pool.", required=True, check=names.name),
        Field("target", "Folder of the pool, where it has one.", check=names.path),
    ),
)

_VOLUME = Schema(
    name="volume",
    doc="A volume that is made.",
    fields=(
        Field("pool", "Pool of the volume.", required=True, check=names.name),
        Field("name", "Name of the volume.", required=True, check=names.name),
        Field("size", "Capacity of the volume, where it is known.", codec=codec.CAPACITY),
    ),
)

_FORESEEN = Schema(
    name="foreseen",
    doc="Things that earlier tasks of the play make. In check mode, in which those tasks made "
    "nothing, they count as being there; in a real run the option has no effect.",
    fields=(
        Field("networks", "Names of networks.", type="list", elements="str", check=names.name),
        Field("pools", "Pools.", of=_POOL, many=True),
        Field("volumes", "Volumes, images among them.", of=_VOLUME, many=True),
        Field(
            "files",
            "Absolute paths of files, such as a medium that another module puts on the node.",
            type="list",
            elements="str",
        ),
    ),
)

URI = Field(
    "uri",
    "URI of the libvirt to use. Without it the environment variable E(LIBVIRT_DEFAULT_URI) counts, "
    f"and then V({DEFAULT_URI}).",
)

READING = Schema(name="connection", doc="Options of every module.", fields=(URI,))

COMMON = Schema(
    name="module",
    doc="Options of every module that changes something.",
    fields=(URI, Field("foreseen", _FORESEEN.doc, of=_FORESEEN)),
)
