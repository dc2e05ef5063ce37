# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens what an image comes from: a URL, or a file of the node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable
from urllib.parse import unquote, urlsplit

from ansible_collections.vmrt.libvirt.plugins.module_utils.media.regular_file import regular_file
from ansible_collections.vmrt.libvirt.plugins.module_utils.media.transport import (
    Passing,
    Transport,
)
from ansible_collections.vmrt.libvirt.plugins.module_utils.schema.errors import VmrtError

# open_url(url, timeout=SECONDS, ...) gives a file with ``headers``, as urllib and Ansible have it;
# what else it is told are the options of Transport, and ``headers`` to send.
OpenUrl = Callable[..., Any]

# Answers that another attempt may change.
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)\Z")


@dataclass(frozen=True)
class Stream:
    """An open source, from its byte ``begin`` on. ``size`` of all of it, in bytes, is None if it
    isn't known beforehand, ``validator`` what tells it from any other that is there later."""

    file: BinaryIO
    size: int | None
    begin: int = 0
    validator: str | None = None


def shown(source: str) -> str:
    """``source`` without what may be a secret in a URL: user, password and query."""
    parts = urlsplit(source)
    if not parts.scheme:
        return source
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def base_name(source: str) -> str:
    """The file name that ``source`` ends in."""
    path = source if source.startswith("/") else unquote(urlsplit(source).path)
    return path.rpartition("/")[2]


def local_path(source: str, option: str = "source") -> str | None:
    """The path that ``source`` (a path or a URL) means on this machine, or None for http and https.

    Raises VmrtError for anything else.
    """
    if source.startswith("/"):
        return source
    try:
        parts = urlsplit(source)
    except ValueError as error:
        raise VmrtError("is not a valid URL", option=option) from error
    if parts.scheme.lower() in ("http", "https") and parts.hostname:
        return None
    if parts.scheme.lower() == "file" and parts.hostname in (None, "localhost") and parts.path:
        return unquote(parts.path)
    raise VmrtError(
        f"{shown(source)!r} is neither a URL nor an absolute path",
        option=option,
        hint="Give http://, https:// or file:/// and so on, or a path that starts with '/'.",
    )


@contextmanager
def opened(
    source: str,
    open_url: OpenUrl,
    *,
    option: str,
    trusted: bool,
    transport: Transport | None = None,
    after: int = 0,
    validator: str | None = None,
) -> Iterator[Stream]:
    """``source`` as a Stream. Raises VmrtError that names ``option`` if it can't be had.

    Without ``trusted`` (a checksum from elsewhere) a redirect from https to http is refused.
    A server is asked for what comes ``after`` so many bytes, if it has the same file as the
    ``validator`` says; it may answer with all of it.
    """
    path = local_path(source, option)
    if path is not None:
        with regular_file(path, option) as (file, size):
            yield Stream(file, size)
        return
    told = dict((transport or Transport()).options)
    if after and validator:
        told["headers"] = {"Range": f"bytes={after}-", "If-Range": validator}
    with closing(_open_remote(source, open_url, option, told)) as response:
        final = str(response.geturl()) if hasattr(response, "geturl") else source
        downgraded = _encrypted(source) and not _encrypted(final)
        if downgraded and not trusted:
            raise VmrtError(
                f"{shown(source)} redirects to {shown(final)}, which is not encrypted",
                option=option,
                hint="Give a checksum as sha256:HEX to accept that.",
            )
        begin, length = _extent(response)
        if begin not in (0, after):
            raise Passing(f"{shown(source)} gave another part than was asked for", option=option)
        yield Stream(response, length, begin, _validator(response))


def broken_off(source: str, option: str, error: Exception) -> VmrtError:
    """The error for a read from ``source`` that broke off with ``error``."""
    return Passing(f"reading {shown(source)} broke off: {_cause(error)}", option=option)


def _open_remote(url: str, open_url: OpenUrl, option: str, told: dict[str, Any]) -> Any:
    try:
        response = open_url(url, **told)
    # An opener that is handed in raises errors of its own, of any class.
    except Exception as error:
        kind = Passing if _passes(error) else VmrtError
        raise kind(f"can't get {shown(url)}: {_cause(error)}", option=option) from error
    status = getattr(response, "status", None) or getattr(response, "code", None)
    if status not in (None, 200, 206 if "headers" in told else 200):
        response.close()
        kind = Passing if status in _BUSY else VmrtError
        raise kind(f"can't get {shown(url)}: HTTP status {status}", option=option)
    return response


def _passes(error: Exception) -> bool:
    """May another attempt go well?"""
    import ssl
    import urllib.error

    if isinstance(error, urllib.error.HTTPError):
        return error.code in _BUSY
    reason = getattr(error, "reason", error)
    lasting = (ssl.SSLCertVerificationError, FileNotFoundError, PermissionError)
    return isinstance(reason, OSError) and not isinstance(reason, lasting)


def _validator(response: Any) -> str | None:
    """What a server tells a file from its later versions by: not what only says "as good as"."""
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None
    tag = response.headers.get("ETag")
    if tag and not str(tag).startswith("W/"):
        return str(tag)
    modified = response.headers.get("Last-Modified")
    return str(modified) if modified else None


def _extent(response: Any) -> tuple[int, int | None]:
    """Where an answer begins, and the size of the whole file where that is known."""
    part = _RANGE.match(str(response.headers.get("Content-Range", "")))
    return (int(part.group(1)), int(part.group(2))) if part else (0, _length(response))


def _encrypted(url: str) -> bool:
    return url.lower().startswith("https:")


def _length(response: Any) -> int | None:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None  # what is read was unpacked on the way
    length = response.headers.get("Content-Length")
    return int(length) if length is not None and str(length).isdigit() else None


def _cause(error: Exception) -> str:
    # It takes Python's HTTP with it, which is slow to load.
    import urllib.error

    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP status {error.code}"
    reason = getattr(error, "reason", None) or error
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
