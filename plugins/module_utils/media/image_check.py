# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has QEMU check the structure of an image whose header has been accepted."""

from __future__ import annotations

import json
import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import last_line, qemu_img
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_OK, _CORRUPT, _LEAKS = 0, 2, 3


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
    command = ["check", "--force-share", "--output=json", "-f", image_format]
    try:
        status, said, complained = qemu_img(*command, os.path.abspath(path), timeout=timeout)
    except FileNotFoundError as error:
        raise VmrtError(
            f"{shown} can't be checked: qemu-img is missing",
            option="source",
            hint="Install qemu-utils (Debian) or qemu-img (Fedora) on the node.",
        ) from error
    except TimeoutError as error:
        raise VmrtError(
            f"{shown} is refused: checking it took more than {timeout:g} s", option="source"
        ) from error
    if status in (_OK, _LEAKS):
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
