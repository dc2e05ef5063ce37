# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brings an image to its final path: complete, checked, and at once, or not at all."""

from __future__ import annotations

import hashlib
import http.client
import zlib
from dataclasses import dataclass
from typing import Callable, Optional

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    Checksum,
    ChecksumFile,
    find_checksum,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import (
    PartFile,
    part_file,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import (
    OpenUrl,
    base_name,
    broken_off,
    local_path,
    opened,
    shown,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import accept, compare
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

_CHUNK = 2**20
_MAX_LISTING = 4 * 2**20

# What reads from a connection raise.
_READ_ERRORS = (OSError, http.client.HTTPException, zlib.error, ValueError, EOFError)

Progress = Callable[[int, Optional[int]], None]


@dataclass(frozen=True)
class FetchResult:
    """What has arrived. Sizes are in bytes, ``checksum`` is ``ALGORITHM:HEX`` of the file."""

    path: str
    size: int
    checksum: str
    format: str
    virtual_size: int


def fetch(
    source: str,
    destination: str,
    *,
    open_url: OpenUrl,
    checksum: str | None = None,
    image_format: str | None = None,
    progress: Progress | None = None,
) -> FetchResult:
    """Put the image at ``source`` (URL, or absolute path on this machine) at ``destination``.

    An older file there is replaced. ``open_url(url, timeout=SECONDS)`` opens URLs, ``progress`` is
    called with the bytes read and the bytes expected (None: unknown). Whatever fails, nothing stays
    of what was read. Raises VmrtError that names the option.
    """
    spec = None if checksum is None else verify_checksum_spec(checksum)
    local_path(source)
    with part_file(destination) as part:
        inline = spec if isinstance(spec, Checksum) else None
        if isinstance(spec, ChecksumFile):
            expected: Checksum | None = _look_up(spec, base_name(source), open_url)
        else:
            expected = inline
        algorithm = expected.algorithm if expected else "sha256"
        # A digest that the user wrote down holds whatever way the image takes.
        got = _copy(source, part, open_url, algorithm, progress, trusted=inline is not None)
        if expected:
            compare(got, expected, source=shown(source))
        header, image_format = accept(part.path, image_format, source=shown(source))
        part.arrive()
    return FetchResult(
        path=destination,
        size=header.file_size,
        checksum=str(got),
        format=image_format,
        virtual_size=header.virtual_size or header.file_size,
    )


def _look_up(spec: ChecksumFile, name: str, open_url: OpenUrl) -> Checksum:
    with opened(spec.url, open_url, option="checksum", trusted=False) as stream:
        try:
            content = stream.file.read(_MAX_LISTING + 1)
        except _READ_ERRORS as error:
            raise broken_off(spec.url, "checksum", error) from error
    if len(content) > _MAX_LISTING:
        raise VmrtError(
            f"{shown(spec.url)} is too long for a checksum file",
            option="checksum",
            hint="Give the URL of a list such as SHA256SUMS, not that of the image.",
        )
    return find_checksum(content.decode("utf-8", "replace"), name)


def _copy(
    source: str,
    part: PartFile,
    open_url: OpenUrl,
    algorithm: str,
    progress: Progress | None,
    *,
    trusted: bool,
) -> Checksum:
    digest, done = hashlib.new(algorithm), 0
    with opened(source, open_url, option="source", trusted=trusted) as stream:
        while True:
            try:
                chunk = stream.file.read(_CHUNK)
            except _READ_ERRORS as error:
                raise broken_off(source, "source", error) from error
            if not chunk:
                break
            digest.update(chunk)
            part.write(chunk)
            done += len(chunk)
            if progress:
                progress(done, stream.size)
    if stream.size is not None and done != stream.size:
        raise VmrtError(
            f"{shown(source)} ended after {done} of {stream.size} bytes",
            option="source",
            hint="Nothing was kept. Run again.",
        )
    return Checksum(algorithm, digest.hexdigest())
