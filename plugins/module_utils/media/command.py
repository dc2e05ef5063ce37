# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a program of the node."""

from __future__ import annotations

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_PACKAGES = {
    "qemu-img": "Install qemu-utils (Debian) or qemu-img (Fedora) on the node.",
    "zstd": "Install zstd on the node.",
}


def run(
    command: list[str], *, timeout: float | None = None, output: int | None = None
) -> tuple[int, bytes, bytes]:
    """The status of a command, and what it wrote to its outputs, of which the first can go to an
    open file; ``timeout`` is in seconds. Raises FileNotFoundError and TimeoutError."""
    # Few runs need it, and it takes longer to load than all else.
    import asyncio

    try:
        return asyncio.run(_run(command, timeout, output))
    except asyncio.TimeoutError as error:
        raise TimeoutError from error


def work_on(
    source: str, command: list[str], *, timeout: float | None = None, output: int | None = None
) -> tuple[int, bytes, bytes]:
    """The same, of a command that reads a source, with ``source`` as the name to show of that.
    Raises VmrtError."""
    try:
        return run(command, timeout=timeout, output=output)
    except FileNotFoundError as error:
        raise VmrtError(
            f"{source} can't be checked: {command[0]} is missing",
            option="source",
            hint=_PACKAGES[command[0]],
        ) from error
    except TimeoutError as error:
        raise VmrtError(
            f"{source} is refused: {command[0]} took more than {timeout:g} s", option="source"
        ) from error


def last_line(complained: bytes) -> str:
    """The cause of a failure; it can quote an image, hence only printable characters of it."""
    lines = complained.decode("utf-8", "replace").strip().splitlines()
    return ascii(lines[-1][:300])[1:-1] if lines else ""


async def _run(
    command: list[str], timeout: float | None, output: int | None
) -> tuple[int, bytes, bytes]:
    import asyncio

    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=pipe if output is None else output,
        stderr=pipe,
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), timeout)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return process.returncode or 0, said or b"", complained
