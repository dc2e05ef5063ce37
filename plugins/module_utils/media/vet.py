# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a file can become an image."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    Checksum,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_check import check
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import (
    ImageHeader,
    conversion,
    inspect,
    refuse,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_magic import UNPACKED
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.regular_file import regular_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_CHUNK = 2**20


def vet(
    path: str,
    checksum: str | None = None,
    image_format: str | None = None,
    *,
    with_qemu: bool = True,
) -> int | None:
    """The capacity of the image that the file at ``path`` would become, without changing anything;
    None where only unpacking it, or QEMU, could tell. Raises VmrtError if it can't become one.

    Of checksums, only one that is written down is compared; a list of them is elsewhere.
    ``with_qemu`` lets QEMU look at its structure, too.
    """
    spec = verify_checksum_spec(checksum) if checksum else None
    header = inspect(path)
    capacity = header.virtual_size
    if header.format not in UNPACKED:
        converted = conversion(header, image_format) is not None
        refuse(header, image_format, source=path, converted=converted)
        if with_qemu and converted:
            from ansible_collections.vmrt.libvirt.plugins.module_utils.media.convert import (
                virtual_size,
            )

            capacity = virtual_size(path, header.format, source=path)
        elif with_qemu:
            check(path, image_format or header.format, source=path)
            capacity = capacity or header.file_size
    if isinstance(spec, Checksum):
        digest = hashlib.new(spec.algorithm)
        with regular_file(path, "source") as (file, _size):
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                digest.update(chunk)
        compare(Checksum(spec.algorithm, digest.hexdigest()), spec, source=path)
    return capacity


def accept(path: str, image_format: str | None, *, source: str) -> tuple[ImageHeader, str]:
    """The header of the image at ``path`` and its format; ``source`` is the name to show.

    Raises VmrtError if it is none, refers to other files, or is damaged.
    """
    header = inspect(path)
    refuse(header, image_format, source=source)
    # What was accepted as raw, whatever it holds, is never opened as anything else.
    image_format = image_format or header.format
    check(path, image_format, source=source)
    return header, image_format


def sound(path: str, image_format: str) -> None:
    """Raise VmrtError if a volume at ``path``, whose layers are known, is damaged or keeps its data
    in another file."""
    if image_format != "qcow2":
        return
    header = inspect(path)
    found = list(header.defects)
    if header.format != image_format:
        found.append(f"it is not {image_format}")
    if header.has_data_file:
        found.append("it keeps its data in another file")
    if found:
        raise VmrtError(f"{path} is refused: {'; '.join(found)}", option="source")
    check(path, image_format, source=path)


def compare(got: Checksum, expected: Checksum, *, source: str) -> None:
    """Raise VmrtError if the two are not the same."""
    if got != expected:
        raise VmrtError(
            f"{source} has {got}, not {expected}",
            option="checksum",
            hint="Nothing was kept. Correct the checksum, or find out who changed the image.",
        )


@contextmanager
def called(option: str) -> Iterator[None]:
    """Errors about the source name the ``option`` that it was given by, and those about the place
    for it the pool."""
    try:
        yield
    except VmrtError as error:
        names = {"source": option, "destination": "pool"}
        error.option = names.get(error.option or "", error.option)
        raise
