# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs qemu-img, which is told each format and probes none."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.command import last_line, run
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# What the C library calls ENOSPC; qemu-img has nothing but its text.
_NO_ROOM = b"No space left on device"


def qemu_img(*arguments: str, timeout: float | None = None) -> tuple[int, bytes, bytes]:
    """The status of a command of qemu-img, and what it wrote to its outputs; ``timeout`` is in
    seconds. Raises FileNotFoundError and TimeoutError."""
    return run(["qemu-img", *arguments], timeout=timeout)


def do(option: str, *arguments: str) -> None:
    """Run a command of qemu-img. Raises VmrtError that names ``option``."""
    try:
        status, _said, complained = qemu_img(*arguments)
    except FileNotFoundError as error:
        raise VmrtError(
            "qemu-img is missing",
            option=option,
            hint="Install qemu-utils (Debian) or qemu-img (Fedora) on the node.",
        ) from error
    if status and _NO_ROOM in complained:
        raise VmrtError("there is no room left", option="pool", hint="Make room, and run again.")
    if status:
        raise VmrtError(f"qemu-img says: {last_line(complained) or status}", option=option)


def options(values: Sequence[tuple[str, object]]) -> list[str]:
    """What ``-o`` takes; nothing where there is nothing to say."""
    said = ",".join(f"{name}={value}" for name, value in values)
    return ["-o", said] if said else []
