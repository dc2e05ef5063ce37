# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept with an image about how it came, so that one that is wanted under a second name can
be known again: two names of one image are one file."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import Checksum
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.marks import get_mark, set_mark
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import PartFile

_MARK = "image"


@dataclass(frozen=True)
class Arrival:
    """How an image came. ``digests`` are those of its source by their algorithm, and empty where
    the file was written to since; ``own`` is the format of the source, ``names`` how many names the
    file has, and ``file`` is the same for each of them."""

    source: str
    time: int
    format: str
    own: str
    digests: Mapping[str, str]
    names: int
    file: tuple[int, int]


def note_arrival(
    part: PartFile | FileIO, source: str, digests: Iterable[Checksum], image_format: str, own: str
) -> None:
    """Keep with the file, which is whole, where it came from."""
    found = os.fstat(part.fileno())
    values = {
        "source": source,
        "time": int(time.time()),
        "format": image_format,
        "own": own,
        "digests": {one.algorithm: one.digest for one in digests},
        "written": [found.st_size, found.st_mtime_ns],
    }
    set_mark(part.fileno(), _MARK, values)


def arrival(path: str) -> Arrival | None:
    """How the image at ``path`` came; None of anything else."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    mark = get_mark(path, _MARK)
    try:
        unchanged = mark["written"] == [found.st_size, found.st_mtime_ns]
        return Arrival(
            str(mark["source"]),
            int(mark["time"]),
            str(mark["format"]),
            str(mark["own"]),
            dict(mark["digests"]) if unchanged else {},
            found.st_nlink,
            (found.st_dev, found.st_ino),
        )
    except (KeyError, TypeError, ValueError):
        return None


def twins(folder: str, digests: Iterable[Checksum], wanted: str | None) -> Iterator[str]:
    """The images in ``folder`` that came from a source with one of the digests, and are in the
    format that a new one would get."""
    known = {one.algorithm: one.digest for one in digests}
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        found = None if entry.name.startswith(".") else arrival(entry.path)
        if found is None or found.format != (wanted or found.own):
            continue
        if any(known.get(name) == digest for name, digest in found.digests.items()):
            yield entry.path


def link(
    part: PartFile,
    digests: Iterable[Checksum],
    wanted: str | None,
    may_share: Callable[[str], bool],
) -> str | None:
    """Give the name that ``part`` is for to an image that is there already, and that ``may_share``
    says yes to; the path of that, or None where there is none."""
    folder, beside = os.path.dirname(part.destination), f"{part.path}.linked"
    for path in twins(folder, digests, wanted):
        if path == part.destination or not may_share(path):
            continue
        with suppress(OSError):
            with suppress(FileNotFoundError):
                os.unlink(beside)
            os.link(path, beside, follow_symlinks=False)
            os.rename(beside, part.destination)
            return path
    return None
