# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has QEMU check the structure of an image whose header has been accepted."""

from __future__ import annotations

import json
import os

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_OK, _CORRUPT, _LEAKS = 0, 2, 3


def check(path: str, image_format: str, *, source: str | None = None, timeout: float = 600) -> None:
    """Raise VmrtError if the image at ``path`` is damaged; ``image_format`` is never probed.

    A raw image has no structure to check. ``source`` is the name to show, ``timeout`` in seconds.
    Clusters that are only leaked cost space and nothing else, and are let pass.
    """
    if image_format == "raw":
        return
    # Few runs check an image, and it takes longer to load than all else.
    import asyncio

    shown = source or path
    # An absolute path can be taken neither for an option nor for a protocol. With --force-share
    # QEMU takes no locks, which on NFS would collide with the caller's.
    command = ["qemu-img", "check", "--force-share", "--output=json", "-f", image_format]
    try:
        status, said, complained = asyncio.run(_run([*command, os.path.abspath(path)], timeout))
    except FileNotFoundError as error:
        raise VmrtError(
            f"{shown} can't be checked: qemu-img is missing",
            option="source",
            hint="Install qemu-utils (Debian) or qemu-img (Fedora) on the node.",
        ) from error
    except asyncio.TimeoutError as error:
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


async def _run(command: list[str], timeout: float) -> tuple[int, bytes, bytes]:
    """The status of a command, and what it wrote to its outputs."""
    import asyncio

    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), timeout)
    except asyncio.TimeoutError:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said, complained


def _reason(status: int, said: bytes, complained: bytes) -> str:
    if status == _CORRUPT:
        try:
            report = json.loads(said)
            return f"qemu-img check found {report.get('corruptions', 0)} corruptions"
        except ValueError:
            return "qemu-img check found corruptions"
    # The last line is the cause; it can quote the image, hence only printable characters of it.
    lines = complained.decode("utf-8", "replace").strip().splitlines()
    return ascii(lines[-1][:300]) if lines else f"qemu-img check ended with {status}"
