# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brings an image to its final path: complete, checked, and at once, or not at all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.arrival import (
    arrival,
    link,
    note_arrival,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import (
    Checksum,
    ChecksumFile,
    find_checksum,
    verify_checksum_spec,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.download import (
    READ_ERRORS,
    Download,
    Progress,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.image_header import inspect
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import part_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.ready import ready
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import (
    OpenUrl,
    base_name,
    broken_off,
    local_path,
    opened,
    shown,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import (
    Transport,
    insist,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.vet import compare
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# The digest by which an image is known again, whatever its publisher gives.
_ALWAYS = "sha256"
_MAX_LISTING = 4 * 2**20


@dataclass(frozen=True)
class FetchResult:
    """What has arrived. Sizes are in bytes, ``checksum`` is ``ALGORITHM:HEX`` of the source."""

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
    transport: Transport | None = None,
    progress: Progress | None = None,
    tell: Callable[[str], None] = lambda what: None,
    may_share: Callable[[str], bool] = lambda path: True,
    sleep: Callable[[float], None] = time.sleep,
) -> FetchResult:
    """Put the image at ``source`` (URL, or absolute path on this machine) at ``destination``.

    An older file there is replaced. ``open_url(url, timeout=SECONDS, ...)`` opens URLs.
    ``progress`` is called with the bytes read and the bytes expected (None: unknown), and ``tell``
    with what is done once all are there. Where the same image is in the folder already, and
    ``may_share`` says yes to its path, that file gets a second name. Whatever fails, nothing stays
    of what was read but, hidden, the part of a load that broke off, for the next run to go on with.
    Raises VmrtError that names the option.
    """
    spec = None if checksum is None else verify_checksum_spec(checksum)
    transport = transport or Transport()
    local_path(source)
    with part_file(destination, resume=True) as part:
        inline = spec if isinstance(spec, Checksum) else None
        expected = inline
        if isinstance(spec, ChecksumFile):
            url = spec.beside(source)
            listing = insist(
                lambda: _listing(url, open_url, transport), transport.retries, sleep=sleep
            )
            expected = find_checksum(listing, base_name(source))
        digests = [expected] if expected else []
        if expected and link(part, digests, image_format, may_share):
            return _result(destination, expected)
        # A digest that the user wrote down holds whatever way the image takes.
        trusted = inline is not None
        algorithms = tuple(dict.fromkeys((*(one.algorithm for one in digests), _ALWAYS)))
        got = Download(
            source, part, open_url, algorithms, trusted, transport, progress, sleep
        ).run()
        if expected:
            compare(got[0], expected, source=shown(source))
        if not link(part, got, image_format, may_share):
            with ready(part, image_format, source=shown(source), tell=tell) as (
                last,
                own,
                image_format,
            ):
                note_arrival(last, shown(source), got, image_format, own)
                last.arrive()
    return _result(destination, got[0])


def _result(path: str, checksum: Checksum) -> FetchResult:
    header = inspect(path)
    come = arrival(path)
    return FetchResult(
        path=path,
        size=header.file_size,
        checksum=str(checksum),
        format=come.format if come else header.format,
        virtual_size=header.virtual_size or header.file_size,
    )


def _listing(url: str, open_url: OpenUrl, transport: Transport) -> str:
    """A checksum file."""
    with opened(url, open_url, option="checksum", trusted=False, transport=transport) as stream:
        try:
            content = stream.file.read(_MAX_LISTING + 1)
        except READ_ERRORS as error:
            raise broken_off(url, "checksum", error) from error
    if len(content) > _MAX_LISTING:
        raise VmrtError(
            f"{shown(url)} is too long for a checksum file",
            option="checksum",
            hint="Give the URL of a list such as SHA256SUMS, not that of the image.",
        )
    return content.decode("utf-8", "replace")
