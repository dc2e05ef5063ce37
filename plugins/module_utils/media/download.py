# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a source into a part file; one from a server goes on where an earlier attempt, or an
earlier run, was interrupted."""

from __future__ import annotations

import hashlib
import http.client
import time
import zlib
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.checksum import Checksum
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.part_file import PartFile
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.source import (
    OpenUrl,
    Stream,
    broken_off,
    opened,
    shown,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import (
    Passing,
    Transport,
    insist,
)

CHUNK = 2**20

# What reads from a connection raise.
READ_ERRORS = (OSError, http.client.HTTPException, zlib.error, ValueError, EOFError)

Progress = Callable[[int, Optional[int]], None]


@dataclass
class Download:
    """A source on its way into ``part``.

    ``trusted``: does a checksum from elsewhere say what it has to be? ``progress`` is called with
    the bytes read and the bytes expected (None: unknown).
    """

    source: str
    part: PartFile
    open_url: OpenUrl
    algorithms: tuple[str, ...]
    trusted: bool
    transport: Transport = field(default_factory=Transport)
    progress: Progress | None = None
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> list[Checksum]:
        """The digests of all of it. Raises VmrtError; what may pass by itself leaves what has
        arrived for the next run, where that can go on with it."""
        try:
            return insist(
                self._attempt,
                self.transport.retries,
                done=lambda: self.part.size,
                sleep=self.sleep,
            )
        except Passing:
            self.part.kept = bool(self.part.size and self.part.origin)
            raise

    def _attempt(self) -> list[Checksum]:
        begin, origin = self._arrived()
        with opened(
            self.source,
            self.open_url,
            option="source",
            trusted=self.trusted,
            transport=self.transport,
            after=begin,
            validator=origin.get("validator"),
        ) as stream:
            if stream.begin != begin:
                begin = 0
            elif begin and (stream.size, stream.validator) != (
                origin.get("size"),
                origin.get("validator"),
            ):
                self.part.cut()
                self.part.note({})
                raise Passing(f"{shown(self.source)} has become another file", option="source")
            return self._read(stream, begin)

    def _arrived(self) -> tuple[int, dict[str, Any]]:
        """How much of the source is there already, and what was noted of it."""
        origin = self.part.origin
        if origin.get("source") != shown(self.source) or not origin.get("validator"):
            return 0, {}
        size = origin.get("size")
        # Of one that is all there, the last byte is asked for: without any there is no answer.
        return (min(self.part.size, size - 1) if isinstance(size, int) else 0), origin

    def _read(self, stream: Stream, begin: int) -> list[Checksum]:
        self.part.cut(begin)
        if begin == 0:
            known = stream.validator and stream.size
            origin = {
                "source": shown(self.source),
                "validator": stream.validator,
                "size": stream.size,
            }
            self.part.note(origin if known else {})
        digests = [hashlib.new(name) for name in self.algorithms]
        for chunk in self.part.read(CHUNK):
            _add(chunk, digests)
        if stream.size is not None:
            self.part.make_room(stream.size - begin)
        done = begin
        while chunk := self._chunk(stream):
            _add(chunk, digests)
            self.part.write(chunk)
            done += len(chunk)
            if self.progress:
                self.progress(done, stream.size)
        if stream.size is not None and done != stream.size:
            raise Passing(
                f"{shown(self.source)} ended after {done} of {stream.size} bytes", option="source"
            )
        return [Checksum(one.name, one.hexdigest()) for one in digests]

    def _chunk(self, stream: Stream) -> bytes:
        try:
            return stream.file.read(CHUNK)
        except READ_ERRORS as error:
            raise broken_off(self.source, "source", error) from error


def _add(chunk: bytes, digests: list[Any]) -> None:
    for digest in digests:
        digest.update(chunk)
