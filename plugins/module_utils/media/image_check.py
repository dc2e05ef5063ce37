# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has QEMU check the structure of an image whose header has been accepted."""

from __future__ import annotations

import json
import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.command import last_line, work_on
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_OK, _CORRUPT, _LEAKS, _CAN_NOT = 0, 2, 3, 63


def check(path: str, image_format: str, *, source: str | None = None, timeout: float = 600) -> None:
    """Raise VmrtError if the image at ``path`` is damaged; ``image_format`` is never probed.

    A raw image has no structure to check. ``source`` is the name to show, ``timeout`` in seconds.
    Clusters that are only leaked cost space and nothing else, and are let pass.
    """
    if image_format == "raw":
        return
    shown = source or path
    # An absolute path can be taken neither for an option nor for a protocol. With --force-share
    # QEMU takes no locks, which on NFS would collide with the caller's.
    command = ["qemu-img", "check", "--force-share", "--output=json", "-f", image_format]
    status, said, complained = work_on(shown, [*command, os.path.abspath(path)], timeout=timeout)
    if status in (_OK, _LEAKS) or (status == _CAN_NOT and image_format != "qcow2"):
        return
    raise VmrtError(
        f"{shown} is damaged or cut off: {_reason(status, said, complained)}",
        option="source",
        hint="Get the image again, and give its checksum.",
    )


def _reason(status: int, said: bytes, complained: bytes) -> str:
    if status == _CORRUPT:
        try:
            report = json.loads(said)
            return f"qemu-img check found {report.get('corruptions', 0)} corruptions"
        except ValueError:
            return "qemu-img check found corruptions"
    cause = last_line(complained)
    return f"'{cause}'" if cause else f"qemu-img check ended with {status}"
