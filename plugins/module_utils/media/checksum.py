# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checksums of images: as a user gives them, and as checksum files list them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# Hex digits of each digest that still protects; md5 and sha1 don't.
DIGITS = {"sha256": 64, "sha384": 96, "sha512": 128}
URL_SCHEMES = ("http://", "https://", "file://")

_OPTION = "checksum"
_HEX = re.compile(r"[0-9a-fA-F]+\Z")
# A checksum file beside its image.
_NEAR = re.compile(r"/?[A-Za-z0-9_.~%+-]+(/[A-Za-z0-9_.~%+-]+)*\Z")
_GNU_LINE = re.compile(r"\\?([0-9a-fA-F]+)[ \t]+\*?(.+)\Z")
_BSD_LINE = re.compile(r"([A-Za-z0-9-]+) ?\((.+)\) ?= ?([0-9a-fA-F]+)\Z")


@dataclass(frozen=True)
class Checksum:
    """A digest in lower-case hex and its algorithm, one of DIGITS."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"


@dataclass(frozen=True)
class ChecksumFile:
    """Where a list of checksums is; ``url`` may be a path from the image's own place."""

    url: str

    @property
    def is_url(self) -> bool:
        return self.url.lower().startswith(URL_SCHEMES)

    def beside(self, source: str) -> str:
        """Where it is when the image is at ``source``, a URL or an absolute path."""
        return urljoin(source, self.url)


def verify_checksum_spec(text: str) -> Checksum | ChecksumFile:
    """What ``text`` (``sha256:HEX``, or a checksum file: its URL, or its path from the image)
    says; VmrtError if nothing."""
    text = text.strip()
    if text.lower().startswith(URL_SCHEMES):
        return ChecksumFile(text)
    algorithm, colon, digest = text.partition(":")
    algorithm = algorithm.lower()
    hint = "Write sha256:HEX, or the URL of a checksum file such as SHA256SUMS."
    if not colon and not _HEX.match(text) and _NEAR.match(text):
        return ChecksumFile(text)
    if not colon:
        raise VmrtError(f"{text!r} names no algorithm", option=_OPTION, hint=hint)
    if algorithm not in DIGITS:
        raise VmrtError(
            f"the algorithm {algorithm!r} is not one of {', '.join(DIGITS)}",
            option=_OPTION,
            hint=hint,
        )
    if not _HEX.match(digest) or len(digest) != DIGITS[algorithm]:
        raise VmrtError(
            f"{digest!r} is not a {algorithm} digest of {DIGITS[algorithm]} hex digits",
            option=_OPTION,
            hint=hint,
        )
    return Checksum(algorithm, digest.lower())


def find_checksum(listing: str, name: str) -> Checksum:
    """The strongest checksum that ``listing`` has for the file ``name``.

    Lines are ``HEX  NAME``, ``HEX *NAME`` or ``SHA256 (NAME) = HEX``; a listing that is one bare
    digest is meant for any name. Raises VmrtError if there is none, or two that contradict.
    """
    words = listing.split()
    if len(words) == 1 and _algorithm(words[0]):
        return Checksum(_algorithm(words[0]), words[0].lower())
    found: dict[str, str] = {}
    for line in listing.splitlines():
        for algorithm, digest in _entries(line.strip(), name):
            if found.setdefault(algorithm, digest) != digest:
                raise VmrtError(
                    f"the checksum file lists two different {algorithm} digests for {name!r}",
                    option=_OPTION,
                )
    if not found:
        raise VmrtError(
            f"the checksum file lists no {', '.join(DIGITS)} digest for {name!r}",
            option=_OPTION,
            hint="It has to name the file as the source's URL ends.",
        )
    strongest = max(found, key=lambda algorithm: DIGITS[algorithm])
    return Checksum(strongest, found[strongest])


def _entries(line: str, name: str) -> list[tuple[str, str]]:
    """The algorithm and digest in ``line``, in a list that is empty if it is not about ``name``."""
    gnu, bsd = _GNU_LINE.match(line), _BSD_LINE.match(line)
    if gnu:
        digest, listed, algorithm = gnu.group(1), gnu.group(2), _algorithm(gnu.group(1))
    elif bsd:
        digest, listed = bsd.group(3), bsd.group(2)
        algorithm = bsd.group(1).lower().replace("-", "")
        if algorithm != _algorithm(digest):
            return []
    else:
        return []
    if not algorithm or (listed[2:] if listed.startswith("./") else listed) != name:
        return []
    return [(algorithm, digest.lower())]


def _algorithm(digest: str) -> str:
    """The algorithm whose digests are as long as ``digest``, or nothing."""
    lengths = {length: name for name, length in DIGITS.items()}
    return lengths.get(len(digest), "") if _HEX.match(digest) else ""
