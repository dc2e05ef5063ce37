# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A seed by itself: a file or a folder, for a machine that something else makes."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.cloud_init import CLOUD_INIT
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Field, Schema

ISO = "iso"
FOLDER = "folder"

_CONTENT = Schema(
    name=CLOUD_INIT.name,
    doc="What the seed says.",
    fields=tuple(replace(one, apply=None) for one in CLOUD_INIT.fields if one.name != "pool"),
)

SEED = Schema(
    name="seed",
    doc="A NoCloud seed, from which cloud-init sets up a machine.",
    fields=(
        Field(
            "name",
            "Name of the machine, which gives its host name and the identity of its instance.",
            required=True,
            check=names.name,
        ),
        Field(
            "path",
            "Absolute path of the image, or of the folder. The folder that holds it has to exist.",
            required=True,
            check=names.path,
        ),
        Field(
            "format",
            "V(iso) is an image to be attached to a machine, V(folder) holds the files "
            "C(user-data), C(meta-data) and C(network-config) themselves.",
            choices=(ISO, FOLDER),
            default=ISO,
        ),
        Field("cloud_init", _CONTENT.doc, of=_CONTENT, type="dict", required=True),
    ),
)
