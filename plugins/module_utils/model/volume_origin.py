# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a volume holds from the beginning, and what it rests on."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.model import names
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema import codec
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.field import Apply, Field

# What a new volume begins with, other than nothing.
ORIGINS = ("image", "clone_from", "src")

ORIGIN_FIELDS = (
    Field(
        "image",
        "Volume that a new one is an overlay of, so that it begins with what that holds; the "
        "image stays as it is. An existing volume keeps the image that it was made from, "
        "whatever is said here.",
        check=names.name,
    ),
    Field(
        "image_pool",
        "Pool that holds the image; without it, that is O(pool).",
        check=names.name,
    ),
    Field(
        "rebase",
        "V(true) leads an existing overlay to O(image), if it rests on another one: what the two "
        "images differ in is written into it, so that its guest sees what it saw. Under a running "
        "vm, it only goes over to an image that it rests on already, below another one.",
        type="bool",
        codec=codec.RAW,
    ),
    Field(
        "flat",
        "V(true) has the volume rest on no other one: a new one is a full copy of its O(image) or "
        "of O(clone_from), and an existing overlay takes in what is below it, also under the "
        "running vm that uses it. V(false) leaves an existing one as it is.",
        type="bool",
        codec=codec.RAW,
        apply=Apply.LIVE,
        via="block_pull",
    ),
    Field(
        "clone_from",
        "Volume that a new one is a copy of. The copy of an overlay rests on the same image, but "
        "with O(flat=true). No running vm may write to it; the file below a snapshot can be "
        "copied at any time.",
        check=names.name,
    ),
    Field(
        "clone_pool",
        "Pool that holds O(clone_from); without it, that is O(pool).",
        check=names.name,
    ),
    Field(
        "clone_snapshot",
        "Internal snapshot of O(clone_from) that is copied, in place of what it holds now. The "
        "copy rests on no other volume.",
        check=names.name,
    ),
    Field(
        "src",
        "Path, on the controller, of the file that a new volume is a copy of. A relative one is "
        "looked for as M(ansible.builtin.copy) does. It is sent only when the volume is missing, "
        "and has to be an image that M(vmrt.libvirt.image) would take.",
    ),
    Field(
        "remote_src",
        "Whether O(src) is an absolute path on the node.",
        type="bool",
        codec=codec.RAW,
        default=False,
    ),
    Field(
        "checksum",
        "What the file O(src) is checked against before it is kept: C(sha256:), C(sha384:) or "
        "C(sha512:) and the digest in hexadecimal digits.",
    ),
    Field(
        "move_from",
        "Pool that the volume is moved from, as long as it is there. It moves under the running vm "
        "that has it as a disk, and the definition of its vm follows. One on which another volume "
        "rests, or which several vms have, is not moved.",
        check=names.name,
    ),
    Field(
        "commit_from",
        "Overlay of the volume that is merged into it and then removed, as long as it is there. "
        "The vm that has the overlay as a disk goes on with the volume, also while it runs. The "
        "volume can not be an image, and nothing else may rest on either.",
        check=names.name,
    ),
    Field(
        "commit_pool",
        "Pool that holds O(commit_from); without it, that is O(pool).",
        check=names.name,
    ),
)
