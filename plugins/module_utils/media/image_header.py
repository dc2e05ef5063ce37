# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks at an image that nobody has vouched for, before any tool that would follow what it says."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_magic import (
    COMPRESSIONS,
    FOREIGN,
    HEAD_SIZE,
    UNPACKED,
    recognise,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.qcow2 import Qcow2, parse_qcow2
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.regular_file import regular_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

FORMATS = ("qcow2", "raw")
MAX_VIRTUAL_SIZE = 64 * 2**40
_SECTOR = 512
_NOT_DISKS = {
    "empty": "it is empty",
    "html": "it is a web page (HTML)",
    "text": "it is text",
    "unknown": "nothing in it looks like a disk",
}


@dataclass(frozen=True)
class ImageHeader:
    """What an image says of itself. Sizes are in bytes; ``refers_to`` is a file it would open."""

    format: str
    file_size: int
    virtual_size: int | None = None
    refers_to: str | None = None
    encrypted: bool = False
    defects: tuple[str, ...] = ()
    has_data_file: bool = False
    # What is written there of the file below it, in full.
    backing: str | None = None


def inspect(path: str) -> ImageHeader:
    """The header of the file at ``path``, which is only read and whose words are not followed.

    Raises VmrtError if it can't be read or is no regular file.
    """
    with regular_file(path, "source") as (file, size):
        try:
            head = file.read(HEAD_SIZE)
            file.seek(max(0, size - _SECTOR))
            tail = file.read(_SECTOR)
        except OSError as error:
            raise VmrtError(f"can't read {path}: {error.strerror}", option="source") from error

    kind = recognise(head, tail)
    # Few images are of these kinds.
    if kind == "vmdk":
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vmdk import parse_vmdk

        vmdk = parse_vmdk(head)
        return ImageHeader(kind, size, vmdk.virtual_size, vmdk.refers_to, defects=vmdk.defects)
    if kind == "vdi":
        from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vdi import vdi_defects

        return ImageHeader(kind, size, defects=vdi_defects(head, size))
    if kind == "qcow2":
        qcow2: Qcow2 = parse_qcow2(head, size)
        return ImageHeader(
            kind,
            size,
            qcow2.virtual_size,
            qcow2.refers_to,
            qcow2.encrypted,
            qcow2.defects,
            qcow2.has_data_file,
            qcow2.backing,
        )
    return ImageHeader(kind, size, size if kind == "raw" else None)


def conversion(header: ImageHeader, wanted: str | None = None) -> str | None:
    """The format that an image is to be converted to, or None where it stays as it is."""
    if header.format in FOREIGN:
        return wanted or "qcow2"
    return wanted if header.format in FORMATS and wanted != header.format else None


def complaints(
    header: ImageHeader,
    wanted: str | None = None,
    *,
    max_virtual_size: int = MAX_VIRTUAL_SIZE,
    converted: bool = False,
) -> list[str]:
    """Why the image must not be used, each a clause about "it"; empty if it may. One that is going
    to be ``converted`` may have another format.

    ``wanted`` is the format the user named. A disk without partition table or known file system is
    accepted only if they named ``raw``, an ISO 9660 image only as ``raw`` too: for a CD-ROM.
    """
    named_raw = wanted == "raw" and header.format in ("iso", "unknown")
    if header.format not in (*FORMATS, *(FOREIGN if converted else ())) and not named_raw:
        return [_why_not(header.format)]
    found = list(header.defects)
    if wanted and header.format != wanted and not named_raw and not converted:
        found.append(f"it is {header.format}, not {wanted}")
    if header.refers_to:
        found.append(f"it would read {header.refers_to} of the host")
    if header.encrypted:
        found.append("it is encrypted")
    if header.virtual_size == 0:
        found.append("its virtual size is zero")
    if header.virtual_size is not None and header.virtual_size > max_virtual_size:
        found.append(
            f"its virtual size is {header.virtual_size} bytes, more than the {max_virtual_size} "
            "that are allowed"
        )
    return found


def refuse(
    header: ImageHeader, wanted: str | None = None, *, source: str, converted: bool = False
) -> None:
    """Raise VmrtError with all complaints about the image that came from ``source``."""
    found = complaints(header, wanted, converted=converted)
    if not found:
        return
    kinds = ", ".join((*FORMATS, *FOREIGN))
    hint = f"Give an image in one of the formats {kinds}, without references."
    if header.format in COMPRESSIONS:
        hint = f"Unpack it first: what is packed once with {', '.join(UNPACKED)} can be taken."
    raise VmrtError(f"{source} is refused: {'; '.join(found)}", option="source", hint=hint)


def _why_not(name: str) -> str:
    if name in COMPRESSIONS:
        return f"it is compressed ({name})"
    return _NOT_DISKS.get(name, f"its format is {name}")
