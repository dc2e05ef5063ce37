# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has QEMU write an image, whose header has been accepted, in another format."""

from __future__ import annotations

import json
import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.command import last_line, work_on
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_check import check
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    MAX_VIRTUAL_SIZE,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import PartFile
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError


def virtual_size(path: str, image_format: str, *, source: str) -> int:
    """The capacity in bytes that QEMU sees in the image at ``path``. Raises VmrtError if it is
    damaged, or QEMU can not read it or would read another file with it."""
    check(path, image_format, source=source)
    command = ["qemu-img", "info", "--force-share", "--output=json", "-f", image_format]
    status, said, complained = work_on(source, [*command, os.path.abspath(path)], timeout=600)
    try:
        found = json.loads(said) if status == 0 else {}
    except ValueError:
        found = {}
    size = int(found.get("virtual-size", 0))
    reason = ""
    if not found:
        reason = f"QEMU can't read it: {last_line(complained)}"
    elif any(name in found for name in ("backing-filename", "full-backing-filename")):
        reason = "it would read another file of the host"
    elif found.get("encrypted"):
        reason = "it is encrypted"
    elif not 0 < size <= MAX_VIRTUAL_SIZE:
        reason = f"its virtual size is {size} bytes"
    if reason:
        raise VmrtError(f"{source} is refused: {reason}", option="source")
    return size


def convert(path: str, image_format: str, target: PartFile, wanted: str, *, source: str) -> None:
    """Write the image at ``path`` to ``target``, which is empty, in the format ``wanted``."""
    virtual_size(path, image_format, source=source)
    command = ["qemu-img", "convert", "-q", "-f", image_format, "-O", wanted]
    status, _said, complained = work_on(source, [*command, os.path.abspath(path), target.path])
    if status:
        target.full()
        raise VmrtError(
            f"{source} can't be converted to {wanted}: {last_line(complained)}",
            option="source",
            hint="Get the image again, and give its checksum.",
        )
