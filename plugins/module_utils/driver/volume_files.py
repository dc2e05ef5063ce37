# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of volumes as qemu-img makes and copies them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.vmrt.libvirt.plugins.module_utils.engine.volume import actions
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qemu_img import (
    do,
    options,
    qemu_img,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Who may read a new volume: libvirt gives it to the machine that uses it.
MODE = 0o600
# Everybody may read an image.
IMAGE_MODE = 0o644
_OF_QCOW2 = ("compat", "cluster_size")


def own_file(path: str) -> None:
    """An empty file that nobody else can read."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE))


def to_disk(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def in_pool() -> Iterator[None]:
    """Errors about the file that is made are about its pool."""
    try:
        yield
    except VmrtError as error:
        if error.option == "destination":
            error.option = "pool"
        raise


def convert(
    below: actions.Layer,
    path: str,
    image_format: str,
    layout: Mapping[str, Any],
    backing: actions.Layer | None,
) -> list[str]:
    """The command that copies what a file holds."""
    command = ["convert", "-f", below.format, "-O", image_format, *_options(image_format, layout)]
    if layout.get("compressed"):
        command.append("-c")
    if backing:
        command += ["-B", backing.path, "-F", backing.format]
    return [*command, below.path, path]


def _options(image_format: str, layout: Mapping[str, Any]) -> list[str]:
    layout = {"compat": "1.1", **layout} if image_format == "qcow2" else layout
    told = [(name, layout[name]) for name in _OF_QCOW2 if name in layout]
    if layout.get("preallocation", "none") != "none":
        told.append(("preallocation", layout["preallocation"]))
    return options(told)


def create(
    path: str,
    image_format: str,
    layout: Mapping[str, Any],
    backing: actions.Layer | None,
    size: int,
    option: str,
) -> None:
    """Make the file that QEMU copies a disk to; ``size`` is in bytes."""
    own_file(path)
    command = ["create", "-q", "-f", image_format, *_options(image_format, layout)]
    if backing:
        command += ["-b", backing.path, "-F", backing.format]
    do(option, *command, path, str(size))


def without_snapshots(file: actions.Layer, option: str) -> None:
    """Raise VmrtError where snapshots are inside of a file: what is done to its content is not done
    to them."""
    command = ["info", "--force-share", "-f", file.format, "--output=json", file.path]
    _status, said, _complained = qemu_img(*command)
    told: dict[str, Any] = json.loads(said or b"{}")
    names = [str(one.get("name")) for one in told.get("snapshots") or ()]
    if names:
        raise VmrtError(
            f"it holds the snapshots {ascii(', '.join(names))[1:-1]}, which would be lost",
            option=option,
            hint="Remove these first.",
        )
