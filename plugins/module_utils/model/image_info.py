# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the images of a node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image import IMAGE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.told import told
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import VOLUME
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Field,
    Owner,
    Schema,
)

SEEN = Schema(
    name="image",
    doc="An image as it was found.",
    tag="volume",
    fields=(
        told("name", "Its name.", sample="debian-12.qcow2"),
        told("pool", "The pool that holds it.", sample="default"),
        told("format", "Its format.", sample="qcow2"),
        *(IMAGE[name] for name in ("size", "allocation", "file")),
        told(
            "source",
            "Where it was brought from; of a copy of a volume, its pool and name.",
            sample="https://example.com/debian-12.qcow2",
        ),
        told(
            "arrived", "When it was brought, in seconds since 1970.", type="int", sample=1767225600
        ),
        told(
            "checksums",
            "The digests of its source, as O(vmrt.libvirt.image#module:checksum) has them; none "
            "where it was written to since.",
            type="list",
            elements="str",
            sample=["sha256:6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"],
        ),
        told(
            "same_file",
            "Other images that are the same file, each as pool and name.",
            type="list",
            elements="str",
            sample=["default/debian.qcow2"],
        ),
        VOLUME["overlays"],
        IMAGE["used_by"],
    ),
)

IMAGE_INFO = Schema(
    name="image_info",
    doc="Which images to read.",
    fields=(
        Field("name", "Name of an image; without it, all are read.", check=names.name),
        Field("pool", "Pool to read; without it, all active ones are.", check=names.name),
        Field(
            "images",
            "The images, in the order of their pools and names.",
            type="list",
            of=SEEN,
            many=True,
            owner=Owner.REPORTED,
        ),
    ),
)
