# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An image: a volume that is brought from elsewhere, for disks to be overlays of."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.image_catalog import RULE
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.progress import PROGRESS
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.transport import TRANSPORT
from ansible_collections.vmrt.libvirt.plugins.module_utils.model.volume import (
    ALLOCATION,
    FORMATS,
    NAME,
    POOL,
    STATE,
    USED_BY,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import (
    Apply,
    Field,
    Owner,
    Schema,
)

# Where an image may come from.
SOURCES = ("url", "path", "src", "volume")

IMAGE = Schema(
    name="image",
    doc="A volume that disks can be overlays of.",
    tag="volume",
    mutually_exclusive=(SOURCES, ("volume", "checksum")),
    fields=(
        NAME,
        POOL,
        Field(
            "url",
            "URL that the node loads a new image from: C(https://), C(http://) or C(file://).",
        ),
        Field(
            "path",
            "Absolute path, on the node, of the file that a new image is copied from.",
            check=names.path,
        ),
        Field(
            "src",
            "Path, on the controller, of the file that a new image is copied from. A relative one "
            "is looked for as M(ansible.builtin.copy) does. It is sent only when the image is "
            "missing.",
        ),
        Field(
            "catalog",
            "Where images come from that are declared without a source: the rule with the name of "
            "the image counts, or else the first one whose pattern it fits.",
            type="list",
            of=RULE,
            many=True,
        ),
        Field(
            "volume",
            "Volume that a new image is a copy of, with all that it rests on. No running vm may "
            "write to it; the file below a snapshot can be copied at any time.",
            check=names.name,
        ),
        Field(
            "volume_pool",
            "Pool that holds O(volume); without it, that is O(pool).",
            check=names.name,
        ),
        Field(
            "checksum",
            "What a new image is checked against before it is kept: C(sha256:), C(sha384:) or "
            "C(sha512:) and the digest in hexadecimal digits, or the URL of a checksum file that "
            "lists the source by its file name. A mere name such as V(SHA512SUMS) is one beside "
            "O(url) or O(path). An image that is there is not read again.",
        ),
        Field("transport", TRANSPORT.doc, type="dict", of=TRANSPORT),
        Field(
            "size",
            "Capacity of the image, as disks see it.",
            at="capacity",
            codec=codec.CAPACITY,
            owner=Owner.REPORTED,
            sample="3GiB",
        ),
        ALLOCATION,
        Field(
            "file",
            "Path of the image on the node.",
            at="target/path",
            owner=Owner.REPORTED,
            sample="/var/lib/libvirt/images/debian-12.qcow2",
        ),
        Field(
            "format",
            "Format of the image in the pool. A source in another one (raw, qcow2, vmdk, vdi, "
            "vhdx or vpc) is converted. What has no partition table or file system that we know "
            "is taken for an image only where this says V(raw).",
            at="target/format/@type",
            choices=FORMATS,
            apply=Apply.RECREATE,
            initial_doc="the format that its first bytes tell, or V(qcow2) where that is neither "
            "choice",
        ),
        *PROGRESS,
        replace(STATE, doc=f"{STATE.doc} An image that is there is kept as it is."),
        USED_BY,
    ),
)
